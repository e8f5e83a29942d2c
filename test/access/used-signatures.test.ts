import fc from 'fast-check';
import { expect, it } from 'vitest';
import { useSignature } from '../../src/access/index.ts';
import { memoryStore } from '../../src/store/index.ts';

const windowMs = 30 * 60_000;

it('a signature is used once, for as long as its date would let it be used', async () => {
  const step = fc.record({ digest: fc.integer({ min: 0, max: 20 }), passMs: fc.integer({ min: 0, max: windowMs }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const store = memoryStore();
      const usedUntilMs = new Map<number, number>();
      let nowMs = 0;
      for (const { digest, passMs } of steps) {
        nowMs += passMs;
        const use = { digest: `d${digest}`, expiresAtMs: nowMs + windowMs, nowMs };
        const isNew = await store.transact((tables) => useSignature(tables, use));
        // What has expired may still be known, since it is removed now and then.
        if ((usedUntilMs.get(digest) ?? -1) > nowMs) expect(isNew).toBe(false);
        if (!usedUntilMs.has(digest)) expect(isNew).toBe(true);
        if (isNew) usedUntilMs.set(digest, use.expiresAtMs);
      }
    }),
    { numRuns: 100 },
  );
});

it('those that have expired go, a few with each call, however many there were', async () => {
  const store = memoryStore();
  const use = (digest: string, nowMs: number): Promise<boolean> =>
    store.transact((tables) => useSignature(tables, { digest, expiresAtMs: nowMs + windowMs, nowMs }));
  const rows = () =>
    store.transact(
      async (tables) =>
        (await tables.list('used_signatures')).length + (await tables.list('used_signatures_order')).length,
    );
  for (let index = 0; index < 90; index += 1) await use(`old ${index}`, index);
  expect(await rows()).toBe(2 * 90);
  const later = 10 * windowMs;
  // Three go while one comes: 45 calls are enough for 90.
  for (let index = 0; index < 45; index += 1) {
    const before = await rows();
    await use(`new ${index}`, later);
    expect(await rows()).toBeGreaterThanOrEqual(before - 2 * 2);
  }
  // With a row that says where the oldest is.
  expect(await rows()).toBe(2 * 45 + 1);
  expect(await use('new 3', later)).toBe(false);
  expect(await use('old 3', later)).toBe(true);
});

it('a signature stays used when its transaction is not committed twice over, and not when it never was', async () => {
  const store = memoryStore();
  const use = { digest: 'd', expiresAtMs: windowMs, nowMs: 0 };
  const undone = store.transact(async (tables) => {
    expect(await useSignature(tables, use)).toBe(true);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await store.transact((tables) => useSignature(tables, use))).toBe(true);
  expect(await store.transact((tables) => useSignature(tables, use))).toBe(false);
});
