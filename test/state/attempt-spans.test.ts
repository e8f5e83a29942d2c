import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptSpans, isInFlight, RunRecord, type RunEvent, type TaskState } from '../../src/state/index.ts';
import { digraph, graphs, legalEvents } from './legal-events.ts';

const error = { code: 'NO_ROOM', message: 'the disk is full' };
const by = 'kim';

describe('the attempts of a task', () => {
  it('begin and end where its states say so, whatever has happened to the run', () => {
    fc.assert(
      fc.property(graphs(), fc.array(fc.nat(), { maxLength: 80 }), (upstreams, choices) => {
        const events = legalEvents(upstreams, choices);
        for (const task of upstreams.keys()) {
          const spans = attemptSpans(task, events);
          expect(spans.map(({ startedAtMs, end }) => [startedAtMs, end?.atMs, end?.state])).toEqual(
            stretchesInFlight(upstreams, events, task),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('tell who skipped, cancelled and resolved, and what went wrong', () => {
    const spans = attemptSpans(0, [
      { type: 'run-started', by, atMs: 0 },
      { type: 'task-started', task: 0, attempt: 1, atMs: 1 },
      { type: 'task-started', task: 1, attempt: 1, atMs: 1 },
      { type: 'task-cancelling', task: 0, by, atMs: 2 },
      { type: 'task-outcome-unknown', task: 0, error, atMs: 3 },
      { type: 'task-resolved-failed', task: 0, error, by, atMs: 4 },
      { type: 'tasks-retried', tasks: [0], by, atMs: 5 },
      { type: 'task-started', task: 0, attempt: 2, atMs: 6 },
      { type: 'task-failed', task: 0, error, atMs: 7 },
      { type: 'task-skipped', task: 0, by, atMs: 8 },
    ]);
    expect(spans).toEqual([
      {
        operation: 'EXECUTE',
        attempt: 1,
        startedAtMs: 1,
        cancelling: { by, atMs: 2 },
        end: { atMs: 3, state: 'UNKNOWN', error },
        resolution: { atMs: 4, state: 'FAILED', error, by },
      },
      { operation: 'RETRY', attempt: 2, startedAtMs: 6, end: { atMs: 7, state: 'FAILED', error } },
      { operation: 'SKIP', attempt: 2, startedAtMs: 8, end: { atMs: 8, state: 'SKIPPED', by } },
    ]);
  });

  it('count undos by themselves, through a skip and a second rollback', () => {
    const failed = { type: 'task-rollback-failed', task: 0, error } as const;
    const spans = attemptSpans(0, [
      { type: 'task-started', task: 0, attempt: 3, atMs: 0 },
      { type: 'task-succeeded', task: 0, output: 1, atMs: 1 },
      { type: 'task-rollback-started', task: 0, atMs: 2 },
      { ...failed, atMs: 3 },
      { type: 'undo-skipped', task: 0, by, atMs: 4 },
      { type: 'task-rollback-started', task: 0, atMs: 5 },
    ]);
    expect(spans.map(({ operation, attempt }) => `${operation} ${attempt}`)).toEqual([
      ...['EXECUTE 3', 'ROLLBACK 1', 'SKIP 1', 'ROLLBACK 2'],
    ]);
  });
});

type Stretch = [startedAtMs: number, endedAtMs: number | undefined, state: TaskState | undefined];

/** The same by the fold alone: what a task does from one state in flight to the next that is none. */
function stretchesInFlight(
  upstreams: readonly (readonly number[])[],
  events: readonly RunEvent[],
  task: number,
): readonly Stretch[] {
  const record = new RunRecord(digraph(upstreams));
  const stretches: Stretch[] = [];
  for (const event of events) {
    const change = record.apply(event).find((one) => one.task === task);
    if (!change) continue;
    const { from, to } = change;
    const { atMs } = event;
    if (to === 'SKIPPED') stretches.push([atMs, atMs, to]);
    if (isInFlight(from) && !isInFlight(to)) stretches.push([stretches.pop()?.[0] ?? -1, atMs, endOf(from, to)]);
    else if (isInFlight(to) && !isInFlight(from)) stretches.push([atMs, undefined, undefined]);
  }
  return stretches;
}

/** An attempt that is to be followed by another one has failed all the same. */
function endOf(from: TaskState, to: TaskState): TaskState {
  return from === 'RUNNING' && to === 'READY' ? 'FAILED' : to;
}
