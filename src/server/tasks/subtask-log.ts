import { toSubtaskLog, type SubtaskLogLine } from '../../ocp/index.ts';
import type { Store } from '../../store/index.ts';
import type { RunSnapshot } from '../../state/index.ts';
import { ApiError } from '../api-error.ts';

const pageLines = 1_000;
/** Of more lines than these the latest are read; the text of a log is bounded besides. */
const linesMax = 100_000;

/** The log of a task of a run in OCP's text form, the task given by its index. @throws ApiError TSK10001 */
export async function subtaskLog(store: Store, run: RunSnapshot, index: number): Promise<string> {
  // What is kept before the journal is read belongs to what the journal tells.
  const lines = await linesOf(store, { runId: run.id, task: index });
  const stored = await store.readRun(run.id);
  const task = run.tasks[index];
  if (!stored || !task) throw new ApiError({ ocpCode: 'TSK10001', message: `Task ${run.id} is no longer there.` });
  const holder = await store.holderOf(run.id);
  const parts = { run, task: { ...task, index }, events: stored.events, lines };
  return toSubtaskLog(holder ? { ...parts, pid: holder.pid } : parts);
}

async function linesOf(
  store: Store,
  query: { readonly runId: number; readonly task: number },
): Promise<readonly SubtaskLogLine[]> {
  let lines: readonly SubtaskLogLine[] = [];
  for (let after = 0; ;) {
    const page = await store.readLog({ ...query, after, limit: pageLines });
    lines = [...lines, ...page].slice(-linesMax);
    if (page.length < pageLines) return lines;
    after = page.at(-1)?.sequence ?? after;
  }
}
