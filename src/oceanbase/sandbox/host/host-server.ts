import { createServer } from 'node:net';
import { hostEnvironment, loginUser } from './host-files.ts';
import { limitsPrelude } from './presented-values.ts';
import { startSshServer } from './ssh-server.ts';
import { faultOf } from '../faults.ts';
import type { HostConfig } from '../host-config.ts';
import { openJournalFile } from '../journal-file.ts';
import { newKeyPair, type KeyPair } from '../keys.ts';
import type { HostPaths } from '../layout.ts';
import { listen } from '../line-socket.ts';

/** What of a host lives in the owner's process: its SSH server and what else listens there. */
export interface HostServer {
  /** `rpm` is in the middle of an install. */
  onInstalling(): void;
  /** Safe twice. */
  close(): Promise<void>;
}

/** What a host's servers are made of. */
export interface HostServerOptions {
  readonly config: HostConfig;
  readonly paths: HostPaths;
  readonly sshPort: number;
  readonly hostKey: KeyPair;
  readonly clientKey: KeyPair;
}

/** Opens the SSH server of a host, and what its faults have listen there. Rejects with the system's error. */
export async function startHostServer(options: HostServerOptions): Promise<HostServer> {
  const { config, paths } = options;
  const log = openJournalFile(paths.commandsLog);
  const { privateKey } = faultOf(config.faults, 'ssh-wrong-key') ? newKeyPair('another') : options.hostKey;
  const ssh = await startSshServer({
    host: config.ip,
    port: options.sshPort,
    hostPrivateKey: privateKey,
    user: loginUser,
    authorizedKey: options.clientKey.publicKey,
    faults: config.faults,
    command: {
      cwd: paths.userHome,
      env: hostEnvironment(paths, config.sandboxId),
      prelude: limitsPrelude(config.faults),
      log,
    },
  });
  const closeBlocker = faultOf(config.faults, 'port-taken') ? await takePort(config) : () => undefined;
  let dropsAtInstall =
    faultOf(config.faults, 'ssh-drop') !== undefined && !faultOf(config.faults, 'ssh-drop')?.parameter;
  return {
    onInstalling() {
      if (!dropsAtInstall) return;
      dropsAtInstall = false;
      ssh.cut();
    },
    async close() {
      closeBlocker();
      await ssh.close();
      log.close();
    },
  };
}

/** Something else listens where the observer will want to: it accepts, and says nothing. */
async function takePort({ ip, sqlPort }: HostConfig): Promise<() => void> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.destroy();
  });
  await listen(server, { host: ip, port: sqlPort });
  return () => {
    server.close();
  };
}
