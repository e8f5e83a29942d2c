import { appendFileSync, cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkStoreFile, sqliteStore, StoreUnreadableError } from '../../src/store/index.ts';
import { hasLostCommits } from '../../src/store/sqlite/log-loss.ts';
import { createdRun, eventsOf, taskStarted } from '../contract/store/runs.ts';
import { spawnStoreProcess } from './spawn-store-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const frameBytes = 4_096 + 24;
let count = 0;

/** A copy of a store with ten events, taken while it is in use, as a crash leaves it. */
async function crashedStore(): Promise<string> {
  const live = join(directory(), `${++count}-live.db`);
  const store = sqliteStore(live);
  await createdRun(store);
  for (let task = 0; task < 9; task++) {
    await store.append({ fence: 1, runId: 1, events: [taskStarted(task)], state: 'RUNNING' });
  }
  const file = join(directory(), `${count}.db`);
  for (const end of ['', '-wal', '-shm']) cpSync(`${live}${end}`, `${file}${end}`);
  await store.close();
  return file;
}

async function eventsIn(file: string): Promise<number> {
  const store = sqliteStore(file);
  try {
    return (await eventsOf(store, 1)).length;
  } finally {
    await store.close();
  }
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

const cut = (file: string, bytes: number): void => truncateSync(file, statSync(file).size - bytes);

describe('the log of a store that was not closed', { timeout: 60_000 }, () => {
  it.each([
    ['nothing', () => undefined],
    ['a torn frame at its end', (wal: string) => appendFileSync(wal, Buffer.alloc(1_000, 7))],
    ['whole frames at its end that no commit has', (wal: string) => appendFileSync(wal, lastFrameOf(wal))],
  ])('is whole with %s', async (_, change) => {
    const file = await crashedStore();
    change(`${file}-wal`);
    expect(hasLostCommits(file)).toBe(false);
    expect(await eventsIn(file)).toBe(10);
  });

  it.each([
    ['a cut of one byte', (wal: string) => cut(wal, 1)],
    ['a cut of its last frame', (wal: string) => cut(wal, frameBytes)],
    ['a cut of everything', (wal: string) => truncateSync(wal, 0)],
    ['a flip in its last page', (wal: string) => flip(wal, statSync(wal).size - 1)],
    ['a flip in a page in its middle', (wal: string) => flip(wal, 32 + 5 * frameBytes + 100)],
    ['a flip in a frame header', (wal: string) => flip(wal, 32 + 5 * frameBytes + 9)],
    ['a flip in its own header', (wal: string) => flip(wal, 17)],
    ['its removal', (wal: string) => rmSync(wal)],
  ])('has lost commits after %s, and the store is refused', async (_, change) => {
    const file = await crashedStore();
    change(`${file}-wal`);
    expect(hasLostCommits(file)).toBe(true);
    expect(() => sqliteStore(file)).toThrow(StoreUnreadableError);
    expect(() => sqliteStore(file)).toThrow(/commits that were acknowledged are missing/);
    expect(checkStoreFile(file).problems.map(({ code }) => code)).toContain('LOG_DAMAGED');
  });

  it('says nothing without its index, and goes on with what is left', async () => {
    const file = await crashedStore();
    cut(`${file}-wal`, 1);
    rmSync(`${file}-shm`);
    expect(await eventsIn(file)).toBe(9);
  });

  it('is never refused while others write, nor after they were killed', async () => {
    const file = join(directory(), 'shared.db');
    await sqliteStore(file).close();
    let looks = 0;
    for (let round = 1; round <= 8; round++) {
      const writers = [1, 2].map(() => spawnStoreProcess(['tellEach', file]));
      const killed = setTimeout(() => writers.forEach(({ child }) => child.kill('SIGKILL')), 500 + 37 * round);
      let writing = writers.length;
      for (const { ended } of writers) void ended.then(() => writing--);
      for (; writing > 0; looks++) {
        expect(hasLostCommits(file)).toBe(false);
        await new Promise((resolve) => setImmediate(resolve));
      }
      clearTimeout(killed);
      expect(hasLostCommits(file)).toBe(false);
      await sqliteStore(file).close();
    }
    expect(looks).toBeGreaterThan(100);
    expect(checkStoreFile(file).problems).toEqual([]);
  });
});

function lastFrameOf(wal: string): Buffer {
  const bytes = readFileSync(wal);
  return bytes.subarray(bytes.length - frameBytes);
}
