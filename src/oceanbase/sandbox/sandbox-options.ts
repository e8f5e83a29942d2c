import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RefusedError, type Problem } from '../../errors/index.ts';
import type { AddressMode } from './addresses.ts';
import { refuseFaultsOfUnknownHosts, type SandboxFault } from './faults.ts';

/** What a sandbox is started with. */
export interface SandboxOptions {
  /** How many hosts to add there are, 0 to 99; their ids are 1, 2, … @default 2 */
  readonly servers?: number;
  /** The zone of each member, 1 to 99 of them; their ids are 101, 102, … @default zone1, zone2, zone3 */
  readonly memberZones?: readonly string[];
  /** Zones that have no member yet. @default none */
  readonly emptyZones?: readonly string[];
  readonly faults?: readonly SandboxFault[];
  /** Where it keeps everything: made, or empty, or left by a sandbox that was ended. @default a temporary directory */
  readonly dir?: string;
  /** From joining or restarting until the start-of-service time is set. @default 400 */
  readonly startServiceDelayMs?: number;
  /** How long a deleted server stays DELETING. @default 300 */
  readonly deleteServerDelayMs?: number;
  /** @default one address a host where the machine allows it */
  readonly addresses?: AddressMode;
}

/** Options with nothing left open. */
export interface ResolvedOptions {
  readonly hostIds: readonly number[];
  readonly members: readonly { readonly id: number; readonly zone: string }[];
  readonly zones: readonly string[];
  readonly faults: readonly SandboxFault[];
  readonly dir: string;
  /** Whether the directory goes with the sandbox. */
  readonly temporary: boolean;
  readonly startServiceDelayMs: number;
  readonly deleteServerDelayMs: number;
  readonly addresses: AddressMode | undefined;
}

const defaults = Object.freeze({
  servers: 2,
  memberZones: ['zone1', 'zone2', 'zone3'],
  startServiceDelayMs: 400,
  deleteServerDelayMs: 300,
});
const hostsMax = 99;
const firstMemberId = 101;
const delayMsMax = 3_600_000;

/** Refuses, changing nothing, with `INVALID_SANDBOX` or `INVALID_FAULT`. */
export function refuseBadOptions(options: SandboxOptions): void {
  const { servers, memberZones, startServiceDelayMs, deleteServerDelayMs } = withDefaults(options);
  const problems = [
    ...outOfRange('servers', servers, { min: 0, max: hostsMax }),
    ...outOfRange('memberZones', memberZones.length, { min: 1, max: hostsMax }),
    ...outOfRange('startServiceDelayMs', startServiceDelayMs, { min: 0, max: delayMsMax }),
    ...outOfRange('deleteServerDelayMs', deleteServerDelayMs, { min: 0, max: delayMsMax }),
    ...[...memberZones, ...(options.emptyZones ?? [])].flatMap(badZone),
  ];
  if (problems.length > 0) throw new RefusedError('INVALID_SANDBOX', 'Sandbox', problems);
  const { hostIds, members } = hostsOf(servers, memberZones);
  refuseFaultsOfUnknownHosts(options.faults ?? [], [...hostIds, ...members.map(({ id }) => id)]);
}

/** Fills in defaults and makes the temporary directory. Refuses with `INVALID_SANDBOX` or `INVALID_FAULT`. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  refuseBadOptions(options);
  const { servers, memberZones, startServiceDelayMs, deleteServerDelayMs } = withDefaults(options);
  const temporary = options.dir === undefined;
  return {
    ...hostsOf(servers, memberZones),
    zones: [...new Set([...memberZones, ...(options.emptyZones ?? [])])],
    faults: options.faults ?? [],
    dir: temporary ? realpathSync(mkdtempSync(join(tmpdir(), 'precede-sandbox-'))) : resolve(options.dir ?? ''),
    temporary,
    startServiceDelayMs,
    deleteServerDelayMs,
    addresses: options.addresses,
  };
}

function withDefaults(options: SandboxOptions): typeof defaults {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(given) as Partial<typeof defaults>) };
}

function hostsOf(servers: number, memberZones: readonly string[]): Pick<ResolvedOptions, 'hostIds' | 'members'> {
  return {
    hostIds: Array.from({ length: servers }, (_, index) => index + 1),
    members: memberZones.map((zone, index) => ({ id: firstMemberId + index, zone })),
  };
}

function outOfRange(name: string, value: number, { min, max }: { min: number; max: number }): Problem[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  return [{ code: 'OUT_OF_RANGE', message: `${name} must be a whole number from ${min} to ${max}, not ${value}` }];
}

function badZone(zone: string): Problem[] {
  if (/^\w{1,128}$/.test(zone)) return [];
  return [{ code: 'INVALID_ZONE', message: `"${zone}" is no zone name: letters, digits and _ only` }];
}
