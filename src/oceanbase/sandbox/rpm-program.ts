/** The stand-in `rpm` of a sandbox host. Arguments: the host's host.json, then those of rpm itself. */
import { faultOf } from './faults.ts';
import type { HostConfig } from './host-config.ts';
import { readJsonFile } from './json-file.ts';
import { askOnce } from './line-socket.ts';
import { runRpm } from './rpm/rpm-command.ts';

const [configFile = '', ...args] = process.argv.slice(2);
const config = readJsonFile(configFile) as HostConfig;

// The SSH connection may be cut while this runs; rpm goes on to the end of its transaction all the same.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const outcome = await runRpm(args, {
  faults: config.faults,
  rootPath: config.rootPath,
  packageDatabasePath: config.packageDatabasePath,
  diskFull: faultOf(config.faults, 'disk-full') !== undefined,
  onInstalling: () => announceInstall(config),
});
for (const line of outcome.stdout) process.stdout.write(`${line}\n`);
for (const line of outcome.stderr) process.stderr.write(`${line}\n`);
process.exitCode = outcome.exitStatus;

/** Lets the owner of the sandbox act in the middle of an install: the fault `ssh-drop` cuts the connection here. */
async function announceInstall({ owner, token, id }: HostConfig): Promise<void> {
  await askOnce({ ...owner, timeoutMs: 2_000, message: { token, op: 'installing', hostId: id } });
}
