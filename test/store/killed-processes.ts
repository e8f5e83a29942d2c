import { expect } from 'vitest';
import { checkStoreFile, sqliteStore } from '../../src/store/index.ts';
import { eventsOf, newRun, taskStarted } from '../contract/store/runs.ts';
import { settledEvents, soundRun } from './sound-run.ts';
import { spawnStoreProcess } from './spawn-store-process.ts';

/** Makes a store with ended runs that have logs and keys, closed. Answers its file. */
export async function fullStore(file: string, runs: number): Promise<string> {
  const store = sqliteStore(file);
  const text = 'x'.repeat(1_000);
  for (let run = 1; run <= runs; run++) {
    const { id: runId } = (await store.createRun(soundRun({ idempotency: { key: `key ${run}`, request: 'r' } })))
      .header;
    const lines = Array.from({ length: 20 }, (_, atMs) => ({ runId, task: 0, attempt: 1, atMs, level: 'info', text }));
    store.appendLog(lines as never);
    await store.append({ fence: 1, runId, events: settledEvents(), state: 'SUCCESS', claims: 'release' });
  }
  await store.close();
  return file;
}

/** Kills a process that prunes, each time a little later: there are whole runs only, and no key answers for one that is gone. Answers how many are left. */
export async function pruneUnderKills(
  file: string,
  { runs, kills }: { readonly runs: number; readonly kills: readonly number[] },
): Promise<number> {
  await fullStore(file, runs);
  const step = Math.floor(runs / 24);
  for (const kill of kills) {
    const pruner = spawnStoreProcess(['prune', file, String(runs - kill * step)]);
    for await (const line of pruner.lines) {
      if (line !== 'begun') continue;
      setTimeout(() => pruner.child.kill('SIGKILL'), kill * 4);
    }
    await pruner.ended;
    const { runs: found, problems } = checkStoreFile(file);
    expect(problems).toEqual([]);
    expect(found).toBeGreaterThanOrEqual(runs - kill * step);
  }
  const store = sqliteStore(file);
  const left = new Set((await store.listRuns({ limit: Infinity })).map(({ header }) => header.id));
  expect(left.size).toBeLessThan(runs);
  for (const run of [1, 2, runs / 2, runs]) {
    const request = newRun({ idempotency: { key: `key ${run}`, request: 'r' } });
    const { header, isExisting } = await store.createRun(request);
    expect([isExisting, header.id === run]).toEqual([left.has(run), left.has(run)]);
  }
  await store.close();
  return left.size;
}

/** Kills a process that appends once it has told of so many events: all that it told of are there, in their order. Answers how many. */
export async function appendUnderKills(file: string, kills: readonly number[]): Promise<number> {
  let acknowledged = 0;
  for (const kill of kills) {
    const writer = spawnStoreProcess(['appendForEver', file]);
    const told: number[] = [];
    for await (const line of writer.lines) {
      told.push(Number(line));
      if (told.length === kill) writer.child.kill('SIGKILL');
    }
    await writer.ended;
    const last = Math.max(...told);
    acknowledged = Math.max(acknowledged, last);
    const store = sqliteStore(file);
    const events = await eventsOf(store, 1);
    await store.close();
    expect(events.length).toBeGreaterThan(last);
    expect(events.slice(1)).toEqual(Array.from({ length: events.length - 1 }, (_, index) => taskStarted(index + 1)));
  }
  return acknowledged;
}
