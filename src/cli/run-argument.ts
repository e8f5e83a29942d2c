import { displayName } from '../graph/index.ts';
import { createEngine, UnknownTaskError, type Run } from '../run/index.ts';
import { UnknownRunError, type Store } from '../store/index.ts';
import { refusal } from './refusal.ts';

/** The number of a run, as the command line gives it. @throws RefusedError `INVALID_RUN` */
export function runNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  const message = `"${displayName(text)}" is not the number of a run.`;
  throw refusal('Run', { code: 'INVALID_RUN', message, next: 'Runs are numbered from 1; precede list shows them.' });
}

/** A run as the store has it now. @throws UnknownRunError */
export async function readRun(store: Store, id: number): Promise<Run> {
  const run = await createEngine({ store }).run(id);
  if (!run) throw new UnknownRunError(id);
  return run;
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
