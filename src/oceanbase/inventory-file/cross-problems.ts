import type { z } from 'zod';
import { fileNameOf } from './describe-fleet.ts';
import { fieldName, type FieldProblem } from './field-problem.ts';
import {
  clusterEntry,
  defaultsEntry,
  hostEntry,
  packageEntry,
  type DefaultsEntry,
  type HostEntry,
  type PackageEntry,
} from './inventory-schema.ts';
import { packageUrlProblem } from './package-url.ts';
import { soundParts } from './sound-parts.ts';
import type { FieldPath } from './yaml-source.ts';
import { ssh2Package } from '../wire-packages.ts';

/** What else must hold of a file, for a command that does not need all of it. */
export interface CrossCheck {
  /** Whether a host may do without a pinned key: `scan-keys` is there to find it. @default false */
  readonly withoutHostKeys?: boolean;
}

/**
 * What no schema can say: what is there twice, what names something that is not there, what neither an entry nor the
 * defaults say, and keys that cannot be read. Judges every entry that is right in itself, whatever the others are.
 */
export function crossProblems(value: unknown, check: CrossCheck = {}): readonly FieldProblem[] {
  const lists = {
    clusters: listIn(value, 'clusters'),
    hosts: listIn(value, 'hosts'),
    packages: listIn(value, 'packages'),
  };
  const defaults = defaultsEntry.safeParse(fieldOf(value, 'defaults') ?? {}).data;
  const hosts = judged(hostEntry, lists.hosts);
  const packages = judged(packageEntry, lists.packages);
  const known = knownZones(lists.clusters);
  return [
    ...(['clusters', 'hosts', 'packages'] as const).flatMap((kind) => duplicates(idFields(lists[kind], kind))),
    ...duplicates(lists.clusters.flatMap((cluster, index) => zoneFields(cluster, index))),
    ...oncePerField(
      duplicates(hosts.flatMap(({ entry, index }) => addressFields(entry, defaults?.hosts ?? {}, index))),
    ),
    ...hosts.flatMap((host) => hostProblems(host, { known, check, defaults })),
    ...packages.flatMap((found) => packageProblems(found, defaults)),
  ];
}

/** An entry as it is written, and what of it is right in itself. */
interface Judged<Entry> {
  readonly raw: unknown;
  readonly index: number;
  readonly entry: Partial<Entry>;
}

/** The entries of a list that are entries at all. */
function judged<Schema extends z.ZodType>(
  schema: Schema,
  list: readonly unknown[],
): readonly Judged<z.output<Schema>>[] {
  return list.flatMap((raw, index) =>
    typeof raw === 'object' && raw !== null ? [{ raw, index, entry: soundParts(schema, raw) }] : [],
  );
}

/** A value that nothing else of its kind may have. */
interface UniqueField {
  readonly path: FieldPath;
  readonly what: string;
  readonly value: string | number;
}

function duplicates(fields: readonly UniqueField[]): readonly FieldProblem[] {
  const first = new Map<string, FieldPath>();
  return fields.flatMap(({ path, what, value }) => {
    const key = `${what} ${value}`;
    const taken = first.get(key);
    if (!taken) first.set(key, path);
    if (!taken) return [];
    return [{ code: 'DUPLICATE' as const, path, message: `${key} is taken by ${fieldName(taken.slice(0, -1))}` }];
  });
}

/** Two hosts that share both ports are told of once. */
function oncePerField(problems: readonly FieldProblem[]): readonly FieldProblem[] {
  const told = new Set<string>();
  return problems.filter(({ path }) => told.size !== told.add(fieldName(path)).size);
}

function idFields(list: readonly unknown[], kind: 'clusters' | 'hosts' | 'packages'): readonly UniqueField[] {
  const what = kind.slice(0, -1);
  return list.flatMap((entry, index) => {
    // A package without an id has its place in the list for one.
    const id = fieldOf(entry, 'id') ?? (kind === 'packages' ? index + 1 : undefined);
    const name = fieldOf(entry, 'name');
    return [
      ...(typeof id === 'number' ? [{ path: [kind, index, 'id'], what: `${what} id`, value: id }] : []),
      ...(typeof name === 'string' && kind !== 'packages'
        ? [{ path: [kind, index, 'name'], what: `${what} name`, value: name }]
        : []),
    ];
  });
}

function zoneFields(cluster: unknown, index: number): readonly UniqueField[] {
  return listIn(cluster, 'zones').flatMap((zone, position) => {
    const name = fieldOf(zone, 'name');
    const path = ['clusters', index, 'zones', position, 'name'];
    return typeof name === 'string' ? [{ path, what: `cluster ${index + 1}'s zone`, value: name }] : [];
  });
}

/** Two hosts may share an address (several servers on one machine) when they share no port there. */
function addressFields(
  entry: Partial<HostEntry>,
  defaults: NonNullable<DefaultsEntry['hosts']>,
  index: number,
): readonly UniqueField[] {
  const { address } = entry;
  if (address === undefined) return [];
  const { rpc, sql } = portsOf(entry, defaults);
  const path = ['hosts', index, 'address'];
  return [...new Set([rpc, sql])].map((port) => ({ path, what: 'address', value: `${address}:${port}` }));
}

function portsOf(
  entry: Partial<HostEntry>,
  defaults: NonNullable<DefaultsEntry['hosts']>,
): { readonly rpc: number; readonly sql: number } {
  const { rpc = 2882, sql = 2881 } = { ...defaults.ports, ...entry.ports };
  return { rpc, sql };
}

interface HostSurroundings {
  readonly known: ReadonlyMap<number, ReadonlySet<string>>;
  readonly check: CrossCheck;
  /** Undefined when they are wrong themselves; then nothing can be said to be missing. */
  readonly defaults: DefaultsEntry | undefined;
}

function hostProblems(
  { raw, index, entry }: Judged<HostEntry>,
  { known, check, defaults }: HostSurroundings,
): readonly FieldProblem[] {
  const path = ['hosts', index];
  const written = { ...defaults?.hosts?.ssh, ...fieldsOf(fieldOf(raw, 'ssh')) };
  const missing = defaults ? (['user', 'key'] as const).filter((field) => !Object.hasOwn(written, field)) : [];
  return [
    ...missing.map((field) => ({
      code: 'FIELD_MISSING' as const,
      path: [...path, 'ssh', field],
      message: 'is missing, here and in defaults.hosts.ssh',
    })),
    ...(Object.hasOwn(written, 'hostKey') || check.withoutHostKeys ? [] : [hostKeyMissing(path)]),
    ...hostKeyProblems(entry.ssh?.hostKey, [...path, 'ssh', 'hostKey']),
    ...portProblems(portsOf(entry, defaults?.hosts ?? {}), path),
    ...serverProblems(entry, path, known),
  ];
}

function portProblems({ rpc, sql }: ReturnType<typeof portsOf>, path: FieldPath): readonly FieldProblem[] {
  if (rpc !== sql) return [];
  return [{ code: 'DUPLICATE', path: [...path, 'ports'], message: `sql and rpc are both ${sql}` }];
}

const pinning = 'Read it with `precede inventory scan-keys`, compare it with the host, then pin it.';

function hostKeyMissing(path: FieldPath): FieldProblem {
  const message = 'is missing: every host is pinned';
  return { code: 'FIELD_MISSING', path: [...path, 'ssh', 'hostKey'], message, next: pinning };
}

function hostKeyProblems(hostKey: string | undefined, path: FieldPath): readonly FieldProblem[] {
  const why = hostKey === undefined ? undefined : hostKeyMistake(hostKey);
  return why === undefined ? [] : [{ code: 'HOST_KEY_UNREADABLE', path, message: why, next: pinning }];
}

const trusted = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))$/;

function hostKeyMistake(hostKey: string): string | undefined {
  if (/^(?:SHA256|MD5):/.test(hostKey)) return 'this is a fingerprint; the whole public key is pinned, in one line';
  const key = ssh2Package().utils.parseKey(hostKey);
  if (key instanceof Error) return 'this is no public key in one line, such as ssh-ed25519 AAAA…';
  if (key.isPrivateKey()) return 'this is a private key; the public one is pinned';
  return trusted.test(key.type) ? undefined : `keys of type ${key.type} are not trusted`;
}

function serverProblems(
  { server }: Partial<HostEntry>,
  path: FieldPath,
  known: ReadonlyMap<number, ReadonlySet<string>>,
): readonly FieldProblem[] {
  if (!server) return [];
  const zones = known.get(server.cluster);
  if (!zones)
    return [unknown([...path, 'server', 'cluster'], `cluster ${server.cluster}`, [...known.keys()].map(String))];
  return zones.has(server.zone) ? [] : [unknown([...path, 'server', 'zone'], `zone ${server.zone}`, [...zones])];
}

function unknown(path: FieldPath, what: string, known: readonly string[]): FieldProblem {
  const message = `there is no ${what}; known: ${known.slice(0, 20).join(', ') || 'none'}`;
  return { code: 'UNKNOWN_REFERENCE', path, message };
}

/** The zones of every cluster that has an id. */
function knownZones(clusters: readonly unknown[]): ReadonlyMap<number, ReadonlySet<string>> {
  const known = clusters.flatMap((cluster) => {
    const { data } = clusterEntry.shape.id.safeParse(fieldOf(cluster, 'id'));
    const names = listIn(cluster, 'zones').map((zone) => fieldOf(zone, 'name'));
    return data === undefined ? [] : [[data, new Set(names.filter((name) => typeof name === 'string'))] as const];
  });
  return new Map(known);
}

function packageProblems(
  { raw, index, entry }: Judged<PackageEntry>,
  defaults: DefaultsEntry | undefined,
): readonly FieldProblem[] {
  const path = ['packages', index];
  const written = { ...defaults?.packages, ...fieldsOf(raw) };
  const absent = ['version', 'os', 'architecture'].filter((field) => !Object.hasOwn(written, field));
  const isPlaced = Object.hasOwn(written, 'path') || Object.hasOwn(written, 'url');
  return [
    ...(defaults ? absent : []).map((field) => ({
      code: 'FIELD_MISSING' as const,
      path: [...path, field],
      message: 'is missing, here and in defaults.packages',
    })),
    ...(isPlaced
      ? placeProblems(entry, path)
      : [{ code: 'FIELD_MISSING' as const, path: [...path, 'path'], message: 'is missing: expected a path or a url' }]),
  ];
}

function placeProblems(entry: Partial<PackageEntry>, path: FieldPath): readonly FieldProblem[] {
  const urlMistake = entry.url === undefined ? undefined : packageUrlProblem(entry.url);
  if (urlMistake) return [{ ...urlMistake, path: [...path, 'url'] }];
  const isUnplaced = entry.path === undefined && entry.url === undefined;
  if (isUnplaced || packageEntry.shape.fileName.safeParse(fileNameOf(entry)).success) return [];
  const message = 'expected a name that ends with .rpm, since the path or url does not';
  return [{ code: 'FIELD_INVALID', path: [...path, 'fileName'], message }];
}

function listIn(value: unknown, field: string): readonly unknown[] {
  const list = fieldOf(value, field);
  return Array.isArray(list) ? list : [];
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? Reflect.get(value, field)
    : undefined;
}

function fieldsOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
