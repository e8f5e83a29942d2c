import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { javaMapOrder } from '../../src/ocp/java-map-order.ts';

/** Keys as inserted, and as OpenJDK 17's own HashMap then iterated over them. */
const orders = JSON.parse(
  readFileSync(new URL('../fixtures/java-map-orders.json', import.meta.url), 'utf8'),
) as readonly (readonly [inserted: readonly string[], iterated: readonly string[]])[];

const randomKeys = fc
  .array(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 120, size: 'max' })
  .map((keys) => [...new Set(keys)]);

describe('javaMapOrder', () => {
  it.each(orders.map(([inserted, iterated]) => ({ size: inserted.length, first: inserted[0], inserted, iterated })))(
    'iterates over $size keys from "$first" on as OpenJDK does',
    ({ inserted, iterated }) => {
      expect(orderOf(inserted)).toEqual(iterated);
    },
  );

  it('keeps each value with its key', () => {
    expect(javaMapOrder([['b', 2], ['a', 1], ['q', 3]])).toEqual([['a', 1], ['q', 3], ['b', 2]]); // prettier-ignore
  });

  it('agrees with real buckets that are filled and resized, on random keys', () => {
    fc.assert(
      fc.property(randomKeys, (keys) => {
        expect(orderOf(keys)).toEqual(naiveOrder(keys));
      }),
    );
  });

  it('agrees with real buckets on keys that collide, below, at and above 12 and 24 entries', () => {
    const colliding = Array.from({ length: 8 }, (_, bits) =>
      [4, 2, 1].map((bit) => (bits & bit ? 'BB' : 'Aa')).join(''),
    );
    const key = fc.oneof(
      fc.constantFrom(...colliding),
      fc.stringMatching(/^host\.\d{1,2}\.zone$/),
      fc.string({ maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 8, maxLength: 30 }), (keys) => {
        expect(orderOf(keys)).toEqual(naiveOrder(keys));
      }),
    );
  });

  it('takes 100,000 keys', { timeout: 60_000 }, () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `host.${index}.zone`);
    expect(new Set(orderOf(keys)).size).toBe(100_000);
  });
});

function orderOf(keys: readonly string[]): readonly string[] {
  return javaMapOrder(keys.map((key) => [key, null] as const)).map(([key]) => key);
}

/** What OpenJDK does, step by step and slowly: buckets as arrays, every key moved when the table doubles. No trees. */
function naiveOrder(keys: readonly string[]): readonly string[] {
  let table: string[][] = Array.from({ length: 16 }, () => []);
  let count = 0;
  const hashes = new Map(keys.map((key) => [key, spread(key)]));
  const bucketFor = (key: string): string[] => {
    const bucket = table[(hashes.get(key) ?? 0) % table.length];
    if (!bucket) throw new RangeError('no bucket');
    return bucket;
  };
  const double = (): void => {
    const moved = table.flat();
    table = Array.from({ length: table.length * 2 }, () => []);
    for (const key of moved) bucketFor(key).push(key);
  };
  for (const key of keys) {
    const bucket = bucketFor(key);
    bucket.push(key);
    if (bucket.length > 8 && table.length < 64) double();
    count += 1;
    if (count > (table.length * 3) / 4) double();
  }
  return table.flat();
}

/** Java's String.hashCode in unbounded integers, cut to 32 bits at the end, folded as HashMap folds it. */
function spread(key: string): number {
  let hash = 0n;
  for (let at = 0; at < key.length; at += 1) hash = hash * 31n + BigInt(key.charCodeAt(at));
  const cut = BigInt.asUintN(32, hash);
  return Number(cut ^ (cut >> 16n));
}
