import { Option, type Command } from 'commander';
import {
  parseFault,
  readSandbox,
  sandboxVersions,
  type SandboxAccess,
  type SandboxOptions,
  type SandboxVersion,
} from '../oceanbase/index.ts';
import { collected } from './common-flags.ts';
import { commandName } from './package-root.ts';
import { refusal } from './refusal.ts';

/** What the command line says of a sandbox. */
export interface SandboxFlags {
  readonly fault?: readonly string[];
  readonly members?: readonly string[];
  readonly emptyZones?: readonly string[];
  readonly obVersion?: SandboxVersion;
}

/** Adds the flags that say what a sandbox is made of. */
export function withSandboxFlags(command: Command): Command {
  const fault = 'a fault of a host or of the cluster, such as host:2=disk-full or cluster=db-freezes, repeatable';
  const version = 'the version of OceanBase that it imitates (default: 4.3.5)';
  return command
    .addOption(new Option('--fault <where=kind>', fault).argParser(collected))
    .addOption(new Option('--ob-version <version>', version).choices(sandboxVersions))
    .option('--members <zones>', 'the zone of each member (default: zone1,zone2,zone3)', zoneList)
    .option('--empty-zones <zones>', 'zones that have no member yet', zoneList);
}

/** The sandbox that the flags describe, without its hosts and its directory. @throws RefusedError `INVALID_FAULT` */
export function sandboxOptions({ fault = [], members, emptyZones, obVersion }: SandboxFlags): SandboxOptions {
  return {
    faults: fault.map(parseFault),
    ...(members === undefined ? {} : { memberZones: members }),
    ...(emptyZones === undefined ? {} : { emptyZones }),
    ...(obVersion === undefined ? {} : { obVersion }),
  };
}

/** How to reach the sandbox that runs in a directory. @throws RefusedError `SANDBOX_NOT_RUNNING` */
export async function accessTo(dir: string): Promise<SandboxAccess> {
  const status = await readSandbox(dir);
  if (status.state === 'running') return status.access;
  const state = status.state === 'none' ? 'no sandbox is there' : `its sandbox is ${status.state}`;
  throw refusal(`Sandbox in ${dir}`, {
    code: 'SANDBOX_NOT_RUNNING',
    message: `${state}.`,
    next: `Start one: ${commandName()} sandbox up --dir ${dir}`,
  });
}

function zoneList(text: string): readonly string[] {
  return text.split(',').map((zone) => zone.trim());
}
