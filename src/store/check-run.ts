import { shapeFromJson } from '../plan/index.ts';
import { isSettledRun, RunRecord, type RunEvent, type RunHeader } from '../state/index.ts';
import type { StoreProblem } from './store-problem.ts';

/** A run as its rows have it; what could not be read of it is undefined. */
export interface RunRows {
  readonly runId: number;
  readonly workflow: string;
  readonly state: string;
  readonly eventCount: number;
  readonly updatedAtMs: number;
  readonly header: RunHeader | undefined;
  readonly events: readonly { readonly sequence: number; readonly event: RunEvent | undefined }[];
  /** The claims that are held in its name. */
  readonly claims: readonly string[];
}

const restore = 'Restore a backup, or look at the run with an earlier copy of the file.';
const settle = 'Nothing is lost: run precede recover, then check again; if it stays, restore a backup.';

/** What is wrong with a run: with its rows, their order, and what its journal comes to. O(events + edges). */
export function runProblems(run: RunRows): readonly StoreProblem[] {
  const { runId, header } = run;
  const problem = (code: string, message: string, next = restore): StoreProblem => ({ code, runId, message, next });
  if (header?.id !== runId || header.workflow !== run.workflow)
    return [problem('HEADER_DAMAGED', `The header of run ${runId} is missing, or not what was recorded.`)];
  const gap = firstGap(run);
  if (gap) return [problem(...gap)];
  return replayProblems(run, header).map(([code, message, next]) => problem(code, message, next));
}

function firstGap({ runId, eventCount, events }: RunRows): readonly [string, string] | undefined {
  for (const [index, { sequence, event }] of events.entries()) {
    const due = index + 1;
    if (sequence !== due) return ['EVENT_MISSING', `Event ${due} of run ${runId} is missing.`];
    if (!event) return ['EVENT_DAMAGED', `Event ${due} of run ${runId} is not what was recorded.`];
  }
  if (events.length === eventCount) return undefined;
  return ['EVENT_COUNT', `The journal of run ${runId} holds ${events.length} events, not ${eventCount}.`];
}

type Told = readonly [code: string, message: string, next?: string];

function replayProblems(run: RunRows, header: RunHeader): readonly Told[] {
  const { runId, state, updatedAtMs } = run;
  const folded = fold(run, header);
  if (!(folded instanceof RunRecord)) return [folded];
  const told: Told[] = [];
  if (folded.state !== state)
    told.push(['RUN_STATE', `Run ${runId} is listed as ${state}; its journal comes to ${folded.state}.`]);
  const lastMs = run.events.at(-1)?.event?.atMs ?? header.createdAtMs;
  if (updatedAtMs !== lastMs)
    told.push(['RUN_TIME', `Run ${runId} is listed with another time than that of its last event.`]);
  return [...told, ...claimProblems(run, header, isSettledRun(folded.state))];
}

function fold({ runId, events }: RunRows, header: RunHeader): RunRecord | Told {
  let place = 0;
  try {
    const record = new RunRecord(shapeFromJson(header.plan).graph);
    for (const { event } of events) {
      place += 1;
      if (event) record.apply(event);
    }
    return record;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return ['JOURNAL_ILLEGAL', `The journal of run ${runId} cannot be replayed at event ${place}: ${why}`];
  }
}

function claimProblems({ runId, claims }: RunRows, header: RunHeader, isOver: boolean): readonly Told[] {
  if (isOver)
    return claims.map((claim) => ['CLAIM_LEFT', `Run ${runId} is over and still holds ${claim}.`, 'Prune the run.']);
  const missing = header.claims.filter((claim) => !claims.includes(claim));
  return missing.map((claim) => ['CLAIM_MISSING', `Run ${runId} is open and does not hold ${claim}.`, settle]);
}
