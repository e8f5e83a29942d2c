import { open } from 'node:fs/promises';
import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { sh } from '../host/shell-command.ts';
import type { PackageRecord } from '../inventory/package-record.ts';
import { act, look } from './on-host.ts';
import type { ServerSite } from './site.ts';

/** Relative to the login directory, in which every command starts. */
const packagesDirectory = '.precede/packages';
const pieceBytes = 8 * 1024 * 1024;
const pieceTimeoutMs = 600_000;

/**
 * Makes the package readable on the host and returns its path there, its sha256 proven on the host: where it stands, if
 * the host sees the same file (a shared directory), else sent over in pieces. A transfer that was cut goes on with the
 * pieces that are missing.
 *
 * @throws PrecedeError `PACKAGE_DAMAGED` when what arrived is not what the inventory names
 */
export async function bringPackage(context: TaskContext, site: ServerSite, found: PackageRecord): Promise<string> {
  if (await isWhole(context, site, { path: found.path, sha256: found.sha256 })) return found.path;
  const path = `${packagesDirectory}/${found.fileName}`;
  if (await isWhole(context, site, { path, sha256: found.sha256 })) return path;
  await act(context, site, sh`mkdir -p ${packagesDirectory}`, { isRepeatable: true });
  const pieces = await sendPieces(context, site, found);
  await act(context, site, sh`cat -- ${pieces} >${path}.part && mv ${path}.part ${path} && rm -f -- ${pieces}`, {
    timeoutMs: pieceTimeoutMs,
  });
  if (await isWhole(context, site, { path, sha256: found.sha256 })) return path;
  await act(context, site, sh`rm -f -- ${path}`);
  throw new PrecedeError('PACKAGE_DAMAGED', {
    message: `${found.fileName} is not what the inventory says: its sha256 on host ${site.host.id} is not ${found.sha256}.`,
    next: `Put the right file at ${found.path}, or correct the inventory.`,
    details: { hostId: site.host.id, fileName: found.fileName, ocpCode: 'PKG10014' },
  });
}

/** Removes what `bringPackage` has brought. */
export async function removeBroughtPackage(
  context: TaskContext,
  site: ServerSite,
  { fileName }: PackageRecord,
): Promise<void> {
  await look(context, site, sh`rm -f -- ${`${packagesDirectory}/${fileName}`}`);
}

async function isWhole(
  context: CheckContext,
  site: ServerSite,
  { path, sha256 }: Pick<PackageRecord, 'path' | 'sha256'>,
): Promise<boolean> {
  const command = sh`[ -r ${path} ] && { sha256sum <${path} || shasum -a 256 <${path}; } 2>/dev/null`;
  const { exitStatus, stdout } = await look(context, site, command, { timeoutMs: pieceTimeoutMs });
  return exitStatus === 0 && stdout.startsWith(sha256);
}

/** Each piece is a file of its own, so that sending one again changes nothing. */
async function sendPieces(
  context: TaskContext,
  site: ServerSite,
  { path, fileName }: PackageRecord,
): Promise<readonly string[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const names: string[] = [];
    for (let offset = 0; offset < size; offset += pieceBytes) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(pieceBytes, size - offset)), 0, null, offset);
      const name = `${packagesDirectory}/${fileName}.${String(names.length).padStart(6, '0')}`;
      await act(context, site, sh`cat >${name}`, {
        stdin: buffer.subarray(0, bytesRead),
        timeoutMs: pieceTimeoutMs,
        isRepeatable: true,
      });
      names.push(name);
      context.progress((offset + bytesRead) / size, `sending ${fileName}`);
    }
    return names;
  } finally {
    await file.close();
  }
}
