import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { sqliteStore, type Store } from '../../src/store/index.ts';
import { createdRun, eventsOf, taskStarted } from '../contract/store/runs.ts';
import { settledEvents, soundRun } from './sound-run.ts';

/** A process of its own that uses a store file: `node store-process.ts ROLE FILE [COUNT]`. Tells what it does on stdout. */
const [, , role = '', file = '', count = '0'] = process.argv;

const roles: Readonly<Record<string, () => Promise<void>>> = {
  ...{ open, openAsNobody, appendMany, appendForEver, fill },
  ...{ appendSound, tellEach, prune },
};

await roles[role]?.();

/** Synchronous, so that what was told before a kill has been told. */
function tell(text: string): void {
  writeSync(1, `${text}\n`);
}

function tellError(error: unknown): void {
  tell(error instanceof Error && 'code' in error ? String(error.code) : String(error));
}

/** Opens the file and creates a run. */
async function open(): Promise<void> {
  try {
    const store = sqliteStore(file);
    tell(String(await createdRun(store)));
    await store.close();
  } catch (error) {
    tellError(error);
  }
}

async function openAsNobody(): Promise<void> {
  if (process.getuid?.() === 0) process.setuid?.(65_534);
  await open();
}

/** Appends to a run of its own, one commit after the other. */
async function appendMany(): Promise<void> {
  const store = sqliteStore(file);
  const runId = await createdRun(store);
  tell(String(runId));
  for (let task = 0; task < Number(count); task++) {
    await store.append({ fence: 1, runId, events: [taskStarted(task)], state: 'RUNNING' });
  }
  await store.close();
}

/** Goes on where the journal of run 1 ends, several commits at a time, and tells each one that is acknowledged. */
async function appendForEver(): Promise<void> {
  const store = sqliteStore(file);
  if (!(await store.readRun(1))) await createdRun(store);
  for (let task = (await eventsOf(store, 1)).length; ; task += 3) await appendThree(store, task);
}

async function appendThree(store: Store, first: number): Promise<void> {
  const tasks = [first, first + 1, first + 2];
  await Promise.all(
    tasks.map(async (task) => {
      await store.append({ fence: 1, runId: 1, events: [taskStarted(task)], state: 'RUNNING' });
      tell(String(task));
    }),
  );
}

/** Appends until a write fails, then tells what happens to later calls. */
async function fill(): Promise<void> {
  const store = sqliteStore(file);
  const runId = await createdRun(store);
  try {
    for (let task = 1; task < 10_000; task++) {
      await store.append({ fence: 1, runId, events: [taskStarted(task)], state: 'RUNNING' });
      tell(String(task));
    }
  } catch (error) {
    tellError(error);
  }
  await store.append({ fence: 1, runId, events: [], state: 'RUNNING' }).catch(tellError);
  store.appendLog([{ runId, task: 0, attempt: 1, atMs: 1, level: 'info', text: 'late' }]);
  tell(`read ${(await eventsOf(store, runId)).length - 1}`);
  await store.close();
}

/** Creates so many runs that can be replayed and brings them to their ends; tells each that is over. */
async function appendSound(): Promise<void> {
  const store = sqliteStore(file);
  for (let made = 0; made < (Number(count) || Infinity); made++) tell(String(await endedRun(store, () => undefined)));
  await store.close();
}

/** The same for ever; tells after every commit how many events of which run are acknowledged. */
async function tellEach(): Promise<void> {
  const store = sqliteStore(file);
  for (;;) await endedRun(store, (runId, events) => tell(`${runId} ${events}`));
}

async function endedRun(store: Store, acknowledged: (runId: number, events: number) => void): Promise<number> {
  const idempotency = { key: randomUUID(), request: 'r' };
  const { id } = (await store.createRun(soundRun({ claims: [`host:${process.pid}`], idempotency }))).header;
  acknowledged(id, 1);
  const ends = settledEvents();
  for (const [index, event] of ends.entries()) {
    const isLast = index === ends.length - 1;
    const end = isLast ? ({ state: 'SUCCESS', claims: 'release' } as const) : ({ state: 'RUNNING' } as const);
    await store.append({ fence: 1, runId: id, events: [event], ...end });
    acknowledged(id, index + 2);
  }
  return id;
}

/** Removes runs that are over until so many are left. */
async function prune(): Promise<void> {
  const store = sqliteStore(file);
  tell('begun');
  await store.prune({ keep: Number(count) });
  await store.close();
}
