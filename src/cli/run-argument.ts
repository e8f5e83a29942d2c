import { displayName } from '../graph/index.ts';
import { recordedRun, UnknownTaskError, type Run } from '../run/index.ts';
import { UnknownRunError, type Store, type StoredRun } from '../store/index.ts';
import { refusal } from './refusal.ts';

/** The number of a run, as the command line gives it. @throws RefusedError `INVALID_RUN` */
export function runNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  const message = `"${displayName(text)}" is not the number of a run.`;
  throw refusal('Run', { code: 'INVALID_RUN', message, next: 'Runs are numbered from 1; precede list shows them.' });
}

/** A run as the store has it now. @throws UnknownRunError */
export async function readRun(store: Store, id: number): Promise<Run> {
  return runOf(await readJournal(store, id));
}

/** The same with its events. @throws UnknownRunError */
export async function readJournal(store: Store, id: number): Promise<StoredRun> {
  const stored = await store.readRun(id);
  if (!stored) throw new UnknownRunError(id);
  return stored;
}

/** What the events of a run come to. O(events + edges). */
export function runOf(stored: StoredRun): Run {
  return recordedRun(stored, Date.now);
}

/** A task of a run by its key, its number from 1, or its wire id; as its index. @throws UnknownTaskError */
export function taskIndex({ plan, header }: Run, given: string): number {
  const byKey = plan.tasks.findIndex(({ key }) => key === given);
  if (byKey !== -1) return byKey;
  const number = Number(given);
  const index = number > plan.tasks.length ? number - header.firstTaskId : number - 1;
  if (!(index in plan.tasks)) throw new UnknownTaskError(given, plan);
  return index;
}
