import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostConfig } from '../host-config.ts';
import { writeJsonFile } from '../json-file.ts';
import type { HostPaths } from '../layout.ts';
import { sandboxVariable } from '../process-sweep.ts';
import { execLine } from '../program.ts';
import { standInNotice } from '../stand-in-notice.ts';
import { agentCommand, agentControlScript, agentProcesses, agentProcessScript } from './agent-script.ts';
import { faultOf } from '../faults.ts';
import { ipScript } from './ip-script.ts';
import { presentedCommands } from './presented-values.ts';
import { ssScript } from './ss-script.ts';

/** The user as whom everybody logs in. */
export const loginUser = 'admin';

/** Makes the directory tree of a host: empty mounts, the installed agent, the stand-in commands, host.json. */
export function makeHostFiles(paths: HostPaths, config: HostConfig, ownerFifo: string): void {
  const directories = [paths.userHome, paths.dataPath, paths.logPath, paths.tmpPath, paths.packageDatabasePath];
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  writeJsonFile(paths.configFile, config);
  const rpm = `#!/bin/sh\n# ${standInNotice}\n${execLine('rpm-program', [paths.configFile])}\n`;
  writeWithMode(join(paths.binPath, 'rpm'), rpm);
  writeWithMode(join(paths.binPath, 'ss'), ssScript(config.ip));
  writeWithMode(join(paths.binPath, 'ip'), ipScript(config.ip));
  for (const [name, text] of presentedCommands(paths, config.faults)) writeWithMode(join(paths.binPath, name), text);
  if (faultOf(config.faults, 'agent-missing')) return;
  writeWithMode(agentCommand(paths.agentPath, 'ocp_agentctl'), agentControlScript(paths.agentPath));
  for (const name of agentProcesses) {
    writeWithMode(agentCommand(paths.agentPath, name), agentProcessScript(ownerFifo));
    writeWithMode(join(paths.agentPath, 'log', `${name}.log`), '', 0o644);
  }
  mkdirSync(join(paths.agentPath, 'run'), { recursive: true });
}

/** The environment of every command on a host: nothing of the owner's own but its time zone. */
export function hostEnvironment(paths: HostPaths, sandboxId: string): Readonly<Record<string, string>> {
  const timeZone = process.env['TZ'];
  return {
    HOME: paths.userHome,
    USER: loginUser,
    LOGNAME: loginUser,
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    PATH: `${paths.binPath}:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin`,
    TMPDIR: paths.tmpPath,
    [sandboxVariable]: sandboxId,
    ...(timeZone === undefined ? {} : { TZ: timeZone }),
  };
}

/** The text of bin/observer in the package: the same for every host. */
export function observerLauncher(): string {
  return `#!/bin/sh\n# ${standInNotice}\n${launchLine()}\n`;
}

/** As `execLine`, with the script's own path before the caller's arguments: it tells the observer its host. */
function launchLine(): string {
  return execLine('observer-program', []).replace(/"\$@"$/, '"$0" "$@"');
}

function writeWithMode(path: string, text: string, mode = 0o755): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}
