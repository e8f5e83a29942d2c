const initialSize = 16;
const fillMax = 0.75;

/** A bucket that would grow beyond this doubles a small table instead. */
const bucketMax = 8;
const smallTable = 64;

/**
 * The entries in the order in which a Java `HashMap` that got them in the given order iterates: by bucket of the key's
 * hash, within a bucket as inserted. Exact as long as no bucket of a table of 64 or more gets a ninth key, which Java
 * would make a tree of: keys such as `host.1.zone` stay below that up to 5,000. O(entries).
 */
export function javaMapOrder<Value>(
  entries: readonly (readonly [string, Value])[],
): readonly (readonly [string, Value])[] {
  const hashes = entries.map(([key]) => spreadHash(key));
  const size = tableSize(hashes);
  const buckets = new Map<number, (readonly [string, Value])[]>();
  for (const [index, entry] of entries.entries()) {
    const bucket = bucketOf(hashes[index] ?? 0, size);
    const chain = buckets.get(bucket);
    if (chain) chain.push(entry);
    else buckets.set(bucket, [entry]);
  }
  return [...buckets].toSorted(([a], [b]) => a - b).flatMap(([, chain]) => chain);
}

/** The size of the table after all insertions. Doubling keeps the order within a bucket, so only the size matters. */
function tableSize(hashes: readonly number[]): number {
  let size = initialSize;
  let lengths = new Map<number, number>();
  for (const [index, hash] of hashes.entries()) {
    const bucket = bucketOf(hash, size);
    const length = (lengths.get(bucket) ?? 0) + 1;
    lengths.set(bucket, length);
    const doublings = Number(length > bucketMax && size < smallTable);
    const grown = index + 1 > size * 2 ** doublings * fillMax ? doublings + 1 : doublings;
    if (grown === 0) continue;
    size *= 2 ** grown;
    lengths = lengthsOf(hashes.slice(0, index + 1), size);
  }
  return size;
}

function lengthsOf(hashes: readonly number[], size: number): Map<number, number> {
  const lengths = new Map<number, number>();
  for (const hash of hashes) lengths.set(bucketOf(hash, size), (lengths.get(bucketOf(hash, size)) ?? 0) + 1);
  return lengths;
}

function bucketOf(hash: number, size: number): number {
  return hash & (size - 1);
}

/** Java's hash of a string, over its UTF-16 code units, with the upper half folded into the lower. */
function spreadHash(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (Math.imul(31, hash) + key.charCodeAt(at)) | 0;
  return hash ^ (hash >>> 16);
}
