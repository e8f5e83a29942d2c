import { PrecedeError } from '../../../errors/index.ts';
import { faultOf, type HeldFault } from '../faults.ts';
import { installFiles, removeFiles, verifyFiles, type InstallTarget } from './install.ts';
import { openPackageDatabase, type InstalledPackage, type PackageDatabase } from './package-database.ts';
import {
  fullName,
  packageDamaged,
  packageGone,
  readPackageFile,
  type PackageContent,
  type PackageName,
} from './package-file.ts';
import { parseRpmArguments, type InstallOptions, type RpmCall } from './rpm-arguments.ts';

/** Where `rpm` works, and whom it tells. */
export interface RpmHost extends InstallTarget {
  readonly packageDatabasePath: string;
  readonly faults: readonly HeldFault[];
  /** Called in the middle of an install, after the checks and before the first file. */
  onInstalling(): Promise<void>;
}

/** What a call printed and how it ended. */
export interface RpmOutcome {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exitStatus: number;
}

/** Runs one call of the stand-in `rpm`. Never throws for what the caller can get wrong: that is printed, exit status 1. */
export async function runRpm(args: readonly string[], host: RpmHost): Promise<RpmOutcome> {
  const call = parseRpmArguments(args);
  try {
    return await answer(call, openPackageDatabase(host.packageDatabasePath), host);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed([`error: ${message}`]);
  }
}

function answer(call: RpmCall, database: PackageDatabase, host: RpmHost): RpmOutcome | Promise<RpmOutcome> {
  switch (call.kind) {
    case 'wrong':
      return failed([`rpm: ${call.problem}`]);
    case 'install':
    case 'upgrade':
      return database.locked(() => install(call, database, host));
    case 'erase':
      return database.locked(() => Promise.resolve(erase(call.names, database)));
    case 'verify':
      return verify(call.names, database);
    case 'query':
      return query(call, database);
    case 'query-all':
      return printed(database.all().map((row) => describe(row, call.format)));
    case 'query-file':
      return printed(call.files.map((file) => describe(readPackageFile(file), call.format)));
    case 'check-file':
      return printed(call.files.map((file) => `${file}: digests OK (${fullName(readPackageFile(file))})`));
  }
}

async function install(
  call: { kind: 'install' | 'upgrade'; options: InstallOptions; files: readonly string[] },
  database: PackageDatabase,
  host: RpmHost,
): Promise<RpmOutcome> {
  const contents = call.files.map((file) => readAsHost(file, host));
  const present = contents.filter((content) => database.find(fullName(content)));
  if (present.length > 0 && !call.options.replace) {
    return failed(present.map((content) => `\tpackage ${fullName(content)} is already installed`));
  }
  await host.onInstalling();
  for (const content of contents) installOne(content, call, database, host);
  if (!call.options.bars) return printed([]);
  const bar = `${'#'.repeat(33)} [100%]`;
  return printed([`Verifying...                          ${bar}`, ...contents.map((content) => barLine(content, bar))]);
}

/** What the host reads of a package file. */
function readAsHost(file: string, { faults }: RpmHost): PackageContent {
  if (faultOf(faults, 'package-missing')) throw packageGone(file);
  const content = readPackageFile(file);
  if (faultOf(faults, 'package-corrupt')) throw packageDamaged(file);
  return content;
}

function installOne(
  content: PackageContent,
  call: { kind: 'install' | 'upgrade'; options: InstallOptions },
  database: PackageDatabase,
  host: RpmHost,
): void {
  const row = installFiles(content, call.options.prefix, host);
  const older = call.kind === 'upgrade' ? database.find(content.name) : undefined;
  database.add(row);
  if (!older || fullName(older) === fullName(row)) return;
  const kept = new Set(row.files.map((file) => file.path));
  removeFiles(
    older.files.filter((file) => !kept.has(file.path)),
    older.prefix,
  );
  database.remove(older);
}

function erase(names: readonly string[], database: PackageDatabase): RpmOutcome {
  const missing = names.filter((name) => !database.find(name));
  if (missing.length > 0) return failed(missing.map((name) => `error: package ${name} is not installed`));
  for (const name of names) {
    const row = database.find(name);
    if (!row) continue;
    removeFiles(row.files, row.prefix);
    database.remove(row);
  }
  return printed([]);
}

function verify(names: readonly string[], database: PackageDatabase): RpmOutcome {
  const lines = names.flatMap((name) => {
    const row = database.find(name);
    return row ? verifyFiles(row) : [`package ${name} is not installed`];
  });
  return { stdout: lines, stderr: [], exitStatus: lines.length > 0 ? 1 : 0 };
}

function query(
  call: { names: readonly string[]; format?: string; list: boolean },
  database: PackageDatabase,
): RpmOutcome {
  const rows = call.names.map((name) => ({ name, row: database.find(name) }));
  const stdout = rows.flatMap(({ name, row }) => {
    if (!row) return [`package ${name} is not installed`];
    return call.list ? row.files.map((file) => file.path) : [describe(row, call.format)];
  });
  return { stdout, stderr: [], exitStatus: rows.every(({ row }) => row) ? 0 : 1 };
}

/** The full name, or the tags of a query format such as `%{NAME} %{VERSION}\n`. */
function describe(row: InstalledPackage | PackageContent, format: string | undefined): string {
  if (format === undefined) return fullName(row);
  const text = format
    .replaceAll(/%\{?([A-Za-z_]+)\}?/g, (_, tag: string) => tagOf(row, tag.toUpperCase()))
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll(String.raw`\t`, '\t');
  // A query format says itself where its lines end; what prints the lines adds one end.
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function tagOf(row: (InstalledPackage | PackageContent) & PackageName, tag: string): string {
  const tags: Readonly<Record<string, string>> = {
    NAME: row.name,
    VERSION: row.version,
    RELEASE: row.release,
    ARCH: row.architecture,
    SUMMARY: row.summary,
    PREFIXES: row.prefix,
    INSTPREFIXES: row.prefix,
    NVRA: fullName(row),
  };
  const value = tags[tag];
  if (value === undefined)
    throw new PrecedeError('UNKNOWN_TAG', { message: `incorrect format: unknown tag: "${tag}"` });
  return value;
}

function barLine(content: PackageContent, bar: string): string {
  return `   1:${content.name}-${content.version}`.padEnd(38) + bar;
}

function printed(stdout: readonly string[]): RpmOutcome {
  return { stdout, stderr: [], exitStatus: 0 };
}

function failed(stderr: readonly string[]): RpmOutcome {
  return { stdout: [], stderr, exitStatus: 1 };
}
