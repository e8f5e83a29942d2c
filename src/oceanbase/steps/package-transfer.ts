import { randomUUID } from 'node:crypto';
import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { sh, type ShellCommand } from '../host/shell-command.ts';
import { installedName, type PackageRecord } from '../inventory/package-record.ts';
import { act, linesOf, look } from './on-host.ts';
import { countPieces, packagePieces } from './package-pieces.ts';
import type { ServerSite } from './site.ts';
import { actOnce } from './step-runner/act-once.ts';
import { tokensOfTask } from './step-runner/step-directory.ts';

/** Relative to the login directory, in which every command starts. */
const packagesDirectory = '.precede/packages';
const transferTimeoutMs = 1_800_000;
const tidyTimeoutMs = 10_000;
/** What a shell answers when it has neither of two programs. */
const noProgram = 127;

/**
 * Makes the package readable on the host and returns its path there, its size and sha256 proven on the host. In this
 * order: where it stands, if the host sees the same file (a shared directory); what an earlier attempt has brought; from
 * its URL, fetched by the host with curl or wget; else sent over from this machine. It comes under a temporary name and
 * gets its own only once it is proven.
 *
 * @throws PrecedeError `PACKAGE_DAMAGED` when what arrived is not what the inventory names
 * @throws PrecedeError `PACKAGE_UNAVAILABLE` when it cannot be had
 */
export async function bringPackage(context: TaskContext, site: ServerSite, found: PackageRecord): Promise<string> {
  const there = await provenPath(context, site, found);
  if (there !== undefined) return there;
  const path = broughtPath(found);
  try {
    const part = await bringPart(context, site, found);
    const mistake = await mistakeIn(context, site, { ...found, at: part });
    if (mistake !== undefined) throw damaged(site, found, mistake);
    await act(context, site, moveCommand(part, path), { isRepeatable: true });
    return path;
  } catch (error) {
    await tryToRemoveParts(context, site);
    throw error;
  }
}

/** What `bringPackage` would send, and where the package would then be. */
export async function previewPackage(
  context: CheckContext,
  site: ServerSite,
  found: PackageRecord,
): Promise<{ readonly path: string; readonly commands: readonly ShellCommand[]; readonly notes: readonly string[] }> {
  const there = await provenPath(context, site, found);
  if (there !== undefined) return { path: there, commands: [], notes: [] };
  const path = broughtPath(found);
  const { downloadUrl } = found;
  if (downloadUrl !== null) {
    const part = `${path}.<token>.part`;
    const commands = [makePlaceCommand, fetchCommand(downloadUrl, part), moveCommand(part, path)];
    const notes = ['if the host cannot fetch the package itself, it is sent over from this machine'];
    return { path, commands, notes };
  }
  const base = `${path}.<token>.<id>`;
  const names = Array.from({ length: await countPieces(found) }, (_, index) => pieceName(base, index));
  const part = `${base}.part`;
  const pieces = names.map(pieceCommand);
  const commands = [makePlaceCommand, ...pieces, joinCommand(names, part), moveCommand(part, path)];
  return { path, commands, notes: [`the package is sent over from this machine, in ${names.length} piece(s)`] };
}

/** Removes the package that `bringPackage` has brought, once it is installed. Nothing to do where it stood before. */
export function forgetCommand(found: PackageRecord, path: string): ShellCommand | undefined {
  return path === broughtPath(found) ? sh`rm -f -- ${path}` : undefined;
}

/** Removes what `bringPackage` has brought, parts included. */
export async function removeBroughtPackage(
  context: TaskContext,
  site: ServerSite,
  found: PackageRecord,
): Promise<void> {
  const command = sh`rm -f -- ${broughtPath(found)}
${removePartsScript(context.token)}`;
  await act(context, site, command, { isRepeatable: true, isQuiet: true });
}

/** Removes what all attempts of a task have brought in part. */
export function removePartsScript(token: string): ShellCommand {
  return sh`rm -f -- ${`${packagesDirectory}/`}*${`.${tokensOfTask(token)}`}[0-9]*`;
}

/** Removes the package that was brought once it is installed: until then another attempt can use it. */
export function removeInstalledScript(found: PackageRecord): ShellCommand {
  const path = broughtPath(found);
  return sh`if [ -e ${path} ] && rpm -q ${installedName(found)} >/dev/null 2>&1; then rm -f -- ${path}; fi`;
}

function broughtPath({ fileName }: Pick<PackageRecord, 'fileName'>): string {
  return `${packagesDirectory}/${fileName}`;
}

/** Where the host can read the package, whole; undefined when it has to be brought. */
async function provenPath(context: CheckContext, site: ServerSite, found: PackageRecord): Promise<string | undefined> {
  const places = [...(found.path === null ? [] : [found.path]), broughtPath(found)];
  for (const at of places) if ((await mistakeIn(context, site, { ...found, at })) === undefined) return at;
  return undefined;
}

const makePlaceCommand = sh`mkdir -p ${packagesDirectory}`;

/** Again after a lost answer, the file has moved already. */
function moveCommand(part: string, path: string): ShellCommand {
  return sh`[ ! -e ${part} ] || mv -f -- ${part} ${path}`;
}

/** Brings it under a temporary name of this attempt, which it returns. */
async function bringPart(context: TaskContext, site: ServerSite, found: PackageRecord): Promise<string> {
  await act(context, site, makePlaceCommand, { isRepeatable: true });
  // Where the host fetches to is the same for every sending: it is the first one that counts.
  const part = `${broughtPath(found)}.${context.token}.part`;
  const { downloadUrl } = found;
  if (downloadUrl !== null && (await isFetchedByHost(context, site, { url: downloadUrl, part }))) return part;
  return await sendPackage(context, site, found);
}

/** Parts have no use for another attempt. Where this does not succeed, the end of the task will. */
async function tryToRemoveParts(context: TaskContext, site: ServerSite): Promise<void> {
  const own = { ...context, signal: AbortSignal.timeout(tidyTimeoutMs) };
  try {
    await act(own, site, removePartsScript(context.token), { isRepeatable: true, isQuiet: true });
  } catch (error) {
    if (!(error instanceof PrecedeError)) throw error;
    context.log.warn(`Parts of the package are left on the host for now. ${error.message}`);
  }
}

/** The command by which a host fetches a file over http(s), following at most 5 redirections. */
function fetchCommand(url: string, to: string): ShellCommand {
  return sh`if command -v curl >/dev/null 2>&1
then exec curl --fail --silent --show-error --globoff --location --max-redirs 5 --proto '=http,https' --proto-redir '=http,https' --connect-timeout 20 --output ${to} --url ${url}
elif command -v wget >/dev/null 2>&1
then exec wget --no-verbose --tries=2 --max-redirect=5 --connect-timeout=20 --output-document=${to} -- ${url}
else echo 'there is neither curl nor wget' >&2; exit ${noProgram}
fi`;
}

/** Whether the host has fetched it. A host that cannot (no program, no way to the server) is told in the log only. */
async function isFetchedByHost(
  context: TaskContext,
  site: ServerSite,
  { url, part }: { readonly url: string; readonly part: string },
): Promise<boolean> {
  try {
    await actOnce(context, site, { name: 'fetch', command: fetchCommand(url, part), timeoutMs: transferTimeoutMs });
    return true;
  } catch (error) {
    if (!(error instanceof CommandFailedError)) throw error;
    context.log.warn(`The host did not fetch the package itself, so it is sent over. ${error.message}`);
    return false;
  }
}

/**
 * Each piece is a file of its own, so that sending one again after a lost answer changes nothing. The names are those of
 * this call: pieces of a process that has died may still arrive. Returns the name of the whole.
 */
async function sendPackage(context: TaskContext, site: ServerSite, found: PackageRecord): Promise<string> {
  const base = `${broughtPath(found)}.${context.token}.${randomUUID().slice(0, 8)}`;
  const part = `${base}.part`;
  const names: string[] = [];
  let sent = 0;
  for await (const piece of packagePieces(found, context.signal)) {
    const name = pieceName(base, names.length);
    await act(context, site, pieceCommand(name), { stdin: piece, timeoutMs: transferTimeoutMs, isRepeatable: true });
    names.push(name);
    sent += piece.length;
    if (found.size) context.progress(Math.min(1, sent / found.size), `sending ${found.fileName}`);
  }
  await act(context, site, joinCommand(names, part), { timeoutMs: transferTimeoutMs, isRepeatable: true });
  return part;
}

function pieceName(base: string, index: number): string {
  return `${base}.${String(index).padStart(6, '0')}`;
}

/** The directory goes whenever it is empty. */
function pieceCommand(name: string): ShellCommand {
  return sh`mkdir -p ${packagesDirectory} && cat >${name}`;
}

/** Again after a lost answer, the pieces are gone and the whole is there. */
function joinCommand(names: readonly string[], part: string): ShellCommand {
  return sh`if [ -e ${names.at(-1) ?? part} ]; then cat -- ${names} >${part} && rm -f -- ${names}; else [ -e ${part} ]; fi`;
}

/** What is wrong with a file on the host; undefined when it is the package, whole. */
async function mistakeIn(
  context: CheckContext,
  site: ServerSite,
  { at, size, sha256 }: Pick<PackageRecord, 'size' | 'sha256'> & { readonly at: string },
): Promise<string | undefined> {
  const command = sh`[ -r ${at} ] || exit 1
wc -c <${at} && { sha256sum <${at} || shasum -a 256 <${at}; } 2>/dev/null`;
  const result = await look(context, site, command, { timeoutMs: transferTimeoutMs });
  const [bytes = '', digest = ''] = linesOf(result);
  if (result.exitStatus !== 0) return 'it cannot be read there';
  if (size !== null && Number(bytes) !== size) return `it has ${bytes.trim()} bytes, not ${size}`;
  return digest.startsWith(sha256) ? undefined : `its sha256 is ${digest.slice(0, sha256.length)}, not ${sha256}`;
}

function damaged(
  { host }: ServerSite,
  { fileName, path, downloadUrl }: PackageRecord,
  mistake: string,
): PrecedeError<'PACKAGE_DAMAGED'> {
  return new PrecedeError('PACKAGE_DAMAGED', {
    message: `${fileName} on host ${host.id} is not what the inventory says: ${mistake}.`,
    next: `Put the right file at ${path ?? downloadUrl ?? 'its place'}, or correct the inventory.`,
    details: { hostId: host.id, fileName, ocpCode: 'PKG10014' },
  });
}
