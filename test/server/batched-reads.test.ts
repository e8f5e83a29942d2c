import { describe, expect, it } from 'vitest';
import { BatchedReads } from '../../src/server/batched-reads.ts';

/** Squares of numbers below ten, and what each read was asked for. */
function squares() {
  const asked: (readonly number[])[] = [];
  const reads = new BatchedReads<number, number>(async (keys) => {
    asked.push(keys);
    if (keys.includes(-1)) throw new Error('the store is closed');
    return new Map(keys.filter((key) => key < 10).map((key) => [key, key * key]));
  });
  return { asked, reads };
}

describe('reads that are asked for in one turn of the event loop', () => {
  it('are one read, in which each key stands once', async () => {
    const { asked, reads } = squares();
    const found = await Promise.all([reads.valueOf(2), reads.valueOf(3), reads.valueOf(2), reads.valueOf(11)]);
    expect(found).toEqual([4, 9, 4, undefined]);
    expect(asked).toEqual([[2, 3, 11]]);
  });

  it('see what was changed between the first question and the end of the turn', async () => {
    let value = 'before';
    const reads = new BatchedReads<string, string>(async (keys) => new Map(keys.map((key) => [key, value])));
    const first = reads.valueOf('a');
    await Promise.resolve();
    value = 'after';
    expect(await Promise.all([first, reads.valueOf('a')])).toEqual(['after', 'after']);
  });

  it('are read anew in a later turn', async () => {
    const { asked, reads } = squares();
    await reads.valueOf(2);
    await reads.valueOf(2);
    expect(asked).toEqual([[2], [2]]);
  });

  it('all fail with their read, and the next ones do not', async () => {
    const { reads } = squares();
    const failed = await Promise.allSettled([reads.valueOf(1), reads.valueOf(-1)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await reads.valueOf(1)).toBe(1);
  });
});
