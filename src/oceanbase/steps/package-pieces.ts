import { open, stat } from 'node:fs/promises';
import { PrecedeError } from '../../errors/index.ts';
import type { PackageRecord } from '../inventory/package-record.ts';

const pieceBytes = 8 * 1024 * 1024;
const packageBytesMax = 8 * 1024 ** 3;

/**
 * The bytes of a package in pieces of 8 MiB, from the file on this machine or else from its URL. Holds one piece in
 * memory at a time.
 *
 * @throws PrecedeError `PACKAGE_UNAVAILABLE` when neither can be read, or when there is more than there should be
 */
export async function* packagePieces(found: PackageRecord, signal: AbortSignal): AsyncGenerator<Buffer> {
  const bytesMax = found.size ?? packageBytesMax;
  let sent = 0;
  try {
    for await (const piece of found.path === null ? piecesOfUrl(found, signal) : piecesOfFile(found.path)) {
      sent += piece.length;
      if (sent > bytesMax) throw new Error(`it has more than ${bytesMax} bytes`);
      yield piece;
    }
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw unavailable(found, cause);
  }
}

/** How many pieces `packagePieces` makes of a file on this machine. @throws PrecedeError `PACKAGE_UNAVAILABLE` */
export async function countPieces(found: PackageRecord): Promise<number> {
  try {
    if (found.path === null) throw new Error('the inventory names neither a file nor a URL');
    return Math.ceil((await stat(found.path)).size / pieceBytes);
  } catch (cause) {
    throw unavailable(found, cause);
  }
}

async function* piecesOfFile(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function* piecesOfUrl({ downloadUrl }: PackageRecord, signal: AbortSignal): AsyncGenerator<Buffer> {
  if (downloadUrl === null) throw new Error('the inventory names neither a file nor a URL');
  const response = await fetch(downloadUrl, { signal });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
  }
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    held.push(Buffer.from(chunk));
    heldBytes += chunk.length;
    if (heldBytes < pieceBytes) continue;
    yield Buffer.concat(held);
    held = [];
    heldBytes = 0;
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}

function unavailable(
  { fileName, path, downloadUrl }: PackageRecord,
  cause: unknown,
): PrecedeError<'PACKAGE_UNAVAILABLE'> {
  const place = path ?? downloadUrl ?? 'nowhere';
  return new PrecedeError('PACKAGE_UNAVAILABLE', {
    message: `${fileName} cannot be had from ${place}: ${reasonOf(cause)}.`,
    next: `Put the file at ${place}, or correct the inventory; then retry.`,
    details: { fileName, place, ocpCode: 'PKG10014' },
    cause,
  });
}

/** What `fetch` throws says why only in its cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
}
