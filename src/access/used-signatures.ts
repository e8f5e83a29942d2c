import type { Tables } from '../workflow/index.ts';

/** A signature that was accepted. */
export interface UsedSignature {
  /** What makes it one of a kind, such as the signature itself. */
  readonly digest: string;
  /** From when on its date alone keeps it from being accepted, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  readonly nowMs: number;
}

const table = 'used_signatures';
const orderTable = 'used_signatures_order';
const headKey = 'head';
/** More than one call adds, so that what has piled up melts. */
const removedMax = 3;

/**
 * Marks a signature as used; false when it was used before. Rows, so that it holds across restarts and processes. Each
 * call removes up to three that have expired, oldest first: rows stay about as many as signatures of the time that a
 * date is accepted for. O(1)
 */
export async function useSignature(tables: Tables, { digest, expiresAtMs, nowMs }: UsedSignature): Promise<boolean> {
  if (await tables.get(table, digest)) return false;
  await tables.put(table, digest, {});
  // The order makes the oldest known without a look at all of them.
  const place = await tables.nextNumber('used_signature');
  await tables.put(orderTable, String(place), { digest, expiresAtMs });
  await removeExpired(tables, nowMs);
  return true;
}

async function removeExpired(tables: Tables, nowMs: number): Promise<void> {
  const first = Number((await tables.get(orderTable, headKey))?.['place'] ?? 1);
  let place = first;
  while (place < first + removedMax) {
    // Rows of this table are written by `useSignature` and by nothing else, so what is read is what was written.
    const oldest = (await tables.get(orderTable, String(place))) as Omit<UsedSignature, 'nowMs'> | undefined;
    if (!oldest || oldest.expiresAtMs > nowMs) break;
    await tables.delete(table, oldest.digest);
    await tables.delete(orderTable, String(place));
    place += 1;
  }
  if (place > first) await tables.put(orderTable, headKey, { place });
}
