import { Option, type Command } from 'commander';
import type { FleetDescription, SandboxAccess } from '../oceanbase/index.ts';
import type { InputDefaults, InputFlags } from './input-flags.ts';
import { fleetInput, storedInput, withInventoryFlag } from './inventory-flag.ts';
import { refusal } from './refusal.ts';
import { accessTo, withSandboxFlags, type SandboxFlags } from './sandbox-flags.ts';
import { sandboxInput } from './sandbox-input.ts';
import { storePath } from './store-place.ts';

/** What the command line says of the hosts that a workflow acts on. */
export interface FleetFlags extends SandboxFlags {
  readonly sandbox?: true;
  readonly sandboxDir?: string;
  readonly inventory?: string;
  readonly store?: string;
}

/** Hosts of a sandbox that is started for one command, unless `--servers` says otherwise. */
export const serversDefault = 2;

/** Adds the flags that say on which hosts; `sandbox` says what `--sandbox` does. */
export function withFleetFlags(command: Command, sandbox: string): Command {
  command
    .option('--sandbox', sandbox)
    .addOption(
      new Option('--sandbox-dir <dir>', 'use the sandbox that `precede sandbox up` started there').conflicts('sandbox'),
    );
  return withSandboxFlags(withInventoryFlag(command));
}

/** What the input is completed with. On real hosts only what there is but one of goes without saying. */
export async function inputDefaults(
  { sandbox, sandboxDir, hosts, store }: FleetFlags & Pick<InputFlags, 'hosts'>,
  { servers, inventory }: { readonly servers: number; readonly inventory: FleetDescription | undefined },
): Promise<InputDefaults> {
  if (sandbox || sandboxDir !== undefined) return sandboxInput(hosts === undefined ? servers : undefined);
  return inventory ? fleetInput(inventory) : await storedInput(storePath(store));
}

/** How to reach the sandbox that `--sandbox-dir` names; undefined when it names none. */
export async function keptAccess({ sandboxDir }: FleetFlags): Promise<SandboxAccess | undefined> {
  return sandboxDir === undefined ? undefined : await accessTo(sandboxDir);
}

/** @throws RefusedError `SANDBOX_FLAG` when a flag says what a sandbox is made of that nobody starts */
export function refuseLoneSandboxFlags(
  { sandbox, fault, members, emptyZones, obVersion }: FleetFlags,
  isStarted = sandbox === true,
): void {
  if (isStarted) return;
  const ofSandbox = { '--fault': fault, '--members': members, '--empty-zones': emptyZones, '--ob-version': obVersion };
  const given = Object.entries(ofSandbox);
  const [lone] = given.filter(([, value]) => value !== undefined).map(([flag]) => flag);
  if (lone === undefined) return;
  throw refusal(lone, {
    code: 'SANDBOX_FLAG',
    message: 'it says what a new sandbox is made of, and none is to be started.',
    next: 'Give --sandbox too (and to plan --check); or give it to `precede sandbox up`.',
  });
}
