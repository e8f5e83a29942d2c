import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Inventory, SandboxAccess, SandboxHost } from 'precede/oceanbase';

/** Everything that adding servers may change, as far as it can be looked at from outside. */
export interface WorldSnapshot {
  /** Of each host to add: every path below its root with its kind, mode and content. Its package database is among it. */
  readonly trees: Readonly<Record<number, Readonly<Record<string, string>>>>;
  /** Of each host to add: the command lines of its processes. */
  readonly processes: Readonly<Record<number, readonly string[]>>;
  /** What the cluster's views show, but for when a row was last touched. */
  readonly servers: readonly object[];
  readonly zones: readonly object[];
  /** The rows of the inventory, but for when they were last written. */
  readonly inventory: Readonly<Record<string, readonly object[]>>;
}

/** Looks at everything. */
export async function worldSnapshot(
  access: SandboxAccess,
  inventory: <Result>(work: (known: Inventory) => Promise<Result>) => Promise<Result>,
): Promise<WorldSnapshot> {
  const hosts = access.hosts.filter(({ role }) => role === 'free');
  const is2x = !access.obVersion.startsWith('4.');
  return {
    trees: Object.fromEntries(hosts.map(({ id, rootPath }) => [id, treeOf(rootPath)])),
    processes: Object.fromEntries(hosts.map((host) => [host.id, processesOf(host)])),
    servers: await rowsOf(access, is2x ? '__all_server' : 'DBA_OB_SERVERS'),
    zones: await rowsOf(access, is2x ? '__all_zone' : 'DBA_OB_ZONES'),
    inventory: await inventory(async ({ clusters, zones, servers, hosts: known, packages }) => ({
      clusters: untimed(await clusters.list()),
      zones: untimed(await zones.list()),
      servers: untimed(await servers.list()).map(withoutKnowledge),
      hosts: untimed(await known.list()),
      packages: untimed(await packages.list()),
    })),
  };
}

function treeOf(root: string): Readonly<Record<string, string>> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => [name, entryOf(join(root, name))]));
}

function entryOf(path: string): string {
  const stat = lstatSync(path);
  const mode = (stat.mode & 0o777).toString(8);
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (stat.isDirectory()) return `directory ${mode}`;
  return `file ${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}

function processesOf({ rootPath }: SandboxHost): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .map(commandLine)
    .filter((line) => line.includes(rootPath))
    .sort();
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended since the list was read.
    return '';
  }
}

async function rowsOf({ sql }: SandboxAccess, table: string): Promise<readonly object[]> {
  const connection = await createConnection({
    ...{ host: sql.host, port: sql.port, user: sql.user, password: readFileSync(sql.passwordFile, 'utf8') },
    dateStrings: true,
  });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT * FROM oceanbase.${table}`);
    return untimed(rows);
  } finally {
    await connection.end();
  }
}

/** Since when the members serve is learned on the way: it was so before, and nothing that a run does changes it. */
function withoutKnowledge(row: object): object {
  return 'runId' in row && row.runId === null ? { ...row, startTime: null } : row;
}

const touchedAt = new Set(['updateTimeMs', 'MODIFY_TIME', 'gmt_modified']);

function untimed(rows: readonly object[]): readonly object[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !touchedAt.has(name))));
}
