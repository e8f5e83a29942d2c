import { DatabaseSync } from 'node:sqlite';
import type { RunEvent, RunHeader } from '../../../src/state/index.ts';
import { sqliteStore } from '../../../src/store/index.ts';

/** A run as the store has it. */
export interface Journal {
  readonly header: RunHeader;
  readonly state: string;
  readonly events: readonly RunEvent[];
}

/** Reads a run from outside; undefined when there is no such run. */
export async function readJournal(storeFile: string, runId: number): Promise<Journal | undefined> {
  const store = sqliteStore(storeFile);
  try {
    return await store.readRun(runId);
  } finally {
    await store.close();
  }
}

const outcomes: ReadonlySet<string> = new Set(['task-succeeded', 'task-failed', 'task-cancelled']);

/** Task attempts, as `task/attempt`, that were recorded to start or to end more than once. */
export function recordedTwice(events: readonly RunEvent[]): readonly string[] {
  const attempts = new Map<number, number>();
  const counts = new Map<string, number>();
  for (const event of events) {
    if (!('task' in event)) continue;
    if (event.type === 'task-started') attempts.set(event.task, event.attempt);
    const isEnd = outcomes.has(event.type);
    if (!isEnd && event.type !== 'task-started') continue;
    const what = `${event.task}/${attempts.get(event.task) ?? 0} ${isEnd ? 'ended' : 'started'}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].flatMap(([what, count]) => (count > 1 ? [what] : []));
}

/** How many tasks have come to an end in the journal. */
export function outcomeCount(events: readonly RunEvent[]): number {
  return events.filter(({ type }) => outcomes.has(type) || type.startsWith('task-roll')).length;
}

/** What a store still holds for runs: claims, and owners with or without runs. */
export function heldIn(storeFile: string): { readonly claims: number; readonly held: number } {
  const database = new DatabaseSync(storeFile, { readOnly: true });
  try {
    const count = (sql: string): number => Number(database.prepare(sql).get()?.['count']);
    return {
      claims: count('SELECT count(*) AS count FROM claims'),
      held: count("SELECT count(*) AS count FROM runs WHERE owner_id IS NOT NULL AND state IN ('RUNNING', 'PAUSED')"),
    };
  } finally {
    database.close();
  }
}
