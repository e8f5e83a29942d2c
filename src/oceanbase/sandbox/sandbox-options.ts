import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RefusedError, type Problem } from '../../errors/index.ts';
import type { AddressMode } from './addresses.ts';
import { refuseImpossibleFaults, type SandboxFault } from './faults.ts';
import { isSandboxVersion, releases, sandboxVersions, type Release, type SandboxVersion } from './release.ts';

/** What a sandbox is started with. */
export interface SandboxOptions {
  /** How many hosts to add there are, 0 to 99; their ids are 1, 2, … @default 2 */
  readonly servers?: number;
  /** The zone of each member, 1 to 99 of them; their ids are 101, 102, … @default zone1, zone2, zone3 */
  readonly memberZones?: readonly string[];
  /** Zones that have no member yet. @default none */
  readonly emptyZones?: readonly string[];
  /** The version of OceanBase that it imitates. @default '4.3.5' */
  readonly obVersion?: SandboxVersion;
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
  readonly release: Release;
  readonly faults: readonly SandboxFault[];
  readonly dir: string;
  /** Whether the directory goes with the sandbox. */
  readonly temporary: boolean;
  readonly startServiceDelayMs: number;
  readonly deleteServerDelayMs: number;
  readonly addresses: AddressMode | undefined;
}

const defaults: Defaults = Object.freeze({
  obVersion: '4.3.5',
  servers: 2,
  memberZones: ['zone1', 'zone2', 'zone3'],
  startServiceDelayMs: 400,
  deleteServerDelayMs: 300,
});
type Defaults = Required<
  Pick<SandboxOptions, 'servers' | 'memberZones' | 'obVersion' | 'startServiceDelayMs' | 'deleteServerDelayMs'>
>;

const hostsMax = 99;
const firstMemberId = 101;
const delayMsMax = 3_600_000;

/** Refuses, changing nothing, with `INVALID_SANDBOX` or `INVALID_FAULT`. */
export function refuseBadOptions(options: SandboxOptions): void {
  const { obVersion, servers, memberZones, startServiceDelayMs, deleteServerDelayMs } = withDefaults(options);
  const problems = [
    ...unknownVersion(obVersion),
    ...outOfRange('servers', servers, { min: 0, max: hostsMax }),
    ...outOfRange('memberZones', memberZones.length, { min: 1, max: hostsMax }),
    ...outOfRange('startServiceDelayMs', startServiceDelayMs, { min: 0, max: delayMsMax }),
    ...outOfRange('deleteServerDelayMs', deleteServerDelayMs, { min: 0, max: delayMsMax }),
    ...[...memberZones, ...(options.emptyZones ?? [])].flatMap(badZone),
  ];
  if (problems.length > 0) throw new RefusedError('INVALID_SANDBOX', 'Sandbox', problems);
  const { hostIds, members } = hostsOf(servers, memberZones);
  const memberIds = members.map(({ id }) => id);
  refuseImpossibleFaults(options.faults ?? [], { ids: [...hostIds, ...memberIds], memberIds });
}

/** Fills in defaults and makes the temporary directory. Refuses with `INVALID_SANDBOX` or `INVALID_FAULT`. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  refuseBadOptions(options);
  const { obVersion, servers, memberZones, startServiceDelayMs, deleteServerDelayMs } = withDefaults(options);
  const temporary = options.dir === undefined;
  return {
    ...hostsOf(servers, memberZones),
    zones: [...new Set([...memberZones, ...(options.emptyZones ?? [])])],
    release: releases[obVersion],
    faults: options.faults ?? [],
    dir: temporary ? realpathSync(mkdtempSync(join(tmpdir(), 'precede-sandbox-'))) : resolve(options.dir ?? ''),
    temporary,
    startServiceDelayMs,
    deleteServerDelayMs,
    addresses: options.addresses,
  };
}

function withDefaults(options: SandboxOptions): Defaults {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(given) as Partial<Defaults>) };
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

function unknownVersion(version: string): Problem[] {
  if (isSandboxVersion(version)) return [];
  const known = sandboxVersions.join(', ');
  return [
    { code: 'UNKNOWN_VERSION', message: `"${version}" is no version that it can imitate`, next: `One of: ${known}.` },
  ];
}

function badZone(zone: string): Problem[] {
  if (/^\w{1,128}$/.test(zone)) return [];
  return [{ code: 'INVALID_ZONE', message: `"${zone}" is no zone name: letters, digits and _ only` }];
}
