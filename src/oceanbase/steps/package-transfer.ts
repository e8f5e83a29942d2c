import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { sh, type ShellCommand } from '../host/shell-command.ts';
import type { PackageRecord } from '../inventory/package-record.ts';
import { actOnce } from './durable-command.ts';
import { act, linesOf, look } from './on-host.ts';
import { packagePieces } from './package-pieces.ts';
import type { ServerSite } from './site.ts';

/** Relative to the login directory, in which every command starts. */
const packagesDirectory = '.precede/packages';
const transferTimeoutMs = 1_800_000;
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
  if (found.path !== null && (await mistakeIn(context, site, { ...found, at: found.path })) === undefined) {
    return found.path;
  }
  const path = `${packagesDirectory}/${found.fileName}`;
  if ((await mistakeIn(context, site, { ...found, at: path })) === undefined) return path;
  const part = `${path}.part`;
  await act(context, site, sh`mkdir -p ${packagesDirectory} && rm -f -- ${part}`, { isRepeatable: true });
  const isFetched =
    found.downloadUrl !== null && (await isFetchedByHost(context, site, { url: found.downloadUrl, part }));
  if (!isFetched) await sendPackage(context, site, { found, part });
  const mistake = await mistakeIn(context, site, { ...found, at: part });
  if (mistake !== undefined) {
    await act(context, site, sh`rm -f -- ${part}`, { isRepeatable: true });
    throw damaged(site, found, mistake);
  }
  // Again after a lost answer, the file has moved already.
  await act(context, site, sh`[ ! -e ${part} ] || mv -f -- ${part} ${path}`, { isRepeatable: true });
  return path;
}

/** Removes what `bringPackage` has brought. */
export async function removeBroughtPackage(
  context: TaskContext,
  site: ServerSite,
  { fileName }: PackageRecord,
): Promise<void> {
  const path = `${packagesDirectory}/${fileName}`;
  await look(context, site, sh`rm -f -- ${path} ${path}.part ${path}.[0-9][0-9][0-9][0-9][0-9][0-9]`);
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

/** Each piece is a file of its own, so that sending one again after a lost answer changes nothing. */
async function sendPackage(
  context: TaskContext,
  site: ServerSite,
  { found, part }: { readonly found: PackageRecord; readonly part: string },
): Promise<void> {
  const names: string[] = [];
  let sent = 0;
  for await (const piece of packagePieces(found, context.signal)) {
    const name = `${packagesDirectory}/${found.fileName}.${String(names.length).padStart(6, '0')}`;
    // The directory goes whenever it is empty.
    const command = sh`mkdir -p ${packagesDirectory} && cat >${name}`;
    await act(context, site, command, { stdin: piece, timeoutMs: transferTimeoutMs, isRepeatable: true });
    names.push(name);
    sent += piece.length;
    if (found.size) context.progress(Math.min(1, sent / found.size), `sending ${found.fileName}`);
  }
  // Again after a lost answer, the pieces are gone and the whole is there.
  await act(
    context,
    site,
    sh`if [ -e ${names.at(-1) ?? part} ]; then cat -- ${names} >${part} && rm -f -- ${names}; else [ -e ${part} ]; fi`,
    { timeoutMs: transferTimeoutMs, isRepeatable: true },
  );
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
