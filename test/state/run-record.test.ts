import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  IllegalTransitionError,
  isInFlight,
  isSettledRun,
  mayStartTasks,
  runStateAfter,
  RunRecord,
  tasksToUndo,
  taskStates,
  terminalStateOf,
  undoableTasks,
  type RunEvent,
} from '../../src/state/index.ts';
import { digraph, graphs, legalEvents, preferred, wholeRollback } from './legal-events.ts';
import { NaiveRun } from './naive-run.ts';
import { everyEvent, everythingOf, statesOf } from './run-events.ts';

const policies = ['finish-running', 'continue', 'abort-running', 'rollback'] as const;

describe('RunRecord', () => {
  it.each([
    ['one after the other', [[], [0]]],
    ['side by side', [[], []]],
  ])(
    'allows, whatever state a run of two tasks %s is in, exactly the events that the rules allow',
    (_, upstreams) => {
      const seen = new Set<string>();
      const open: RunEvent[][] = [[]];
      for (let events = open.shift(); events !== undefined; events = open.shift()) {
        const { record, naive } = played(upstreams, events);
        const before = JSON.stringify(everythingOf(record));
        for (const event of everyEvent(2, { atMs: 1, attempt: 1 })) {
          if (!naive.allows(event)) {
            expectRefused(record, event, before);
            continue;
          }
          const situation = JSON.stringify(naiveAfter(upstreams, [...events, event]).situation());
          if (!seen.has(situation)) open.push([...events, event]);
          seen.add(situation);
        }
      }
      expect(seen.size).toBeGreaterThan(200);
    },
    30_000,
  );

  it('equals a naive run after any legal events, and is not touched by illegal ones', () => {
    fc.assert(
      fc.property(graphs(), fc.array(fc.nat(), { maxLength: 60 }), (upstreams, choices) => {
        const record = new RunRecord(digraph(upstreams));
        const naive = new NaiveRun(upstreams);
        for (const [step, choice] of choices.entries()) {
          const candidates = everyEvent(upstreams.length, { atMs: step, attempt: step + 1 });
          const legal = [...candidates, ...wholeRollback(naive, step)].filter((event) => naive.allows(event));
          const illegal = candidates.filter((event) => !naive.allows(event));
          const refused = illegal[choice % illegal.length];
          if (refused) expectRefused(record, refused);
          const event = preferred(legal, choice);
          if (!event) return;
          const before = statesOf(record);
          const expectedState = runStateAfter(record.state, event);
          const changes = record.apply(event);
          naive.apply(event);
          expectEqual(record, naive);
          expect(record.state).toBe(expectedState);
          expect(record.sequence).toBe(step + 1);
          const changed = changes.toSorted((a, b) => a.task - b.task);
          expect(changed).toEqual(differences(before, statesOf(record)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is the same whether it is folded at once or in two parts', () => {
    fc.assert(
      fc.property(graphs(), fc.array(fc.nat(), { maxLength: 40 }), fc.nat(), (upstreams, choices, cut) => {
        const events = legalEvents(upstreams, choices);
        const whole = new RunRecord(digraph(upstreams));
        for (const event of events) whole.apply(event);
        const prefix = events.slice(0, cut % (events.length + 1));
        const parts = new RunRecord(digraph(upstreams));
        for (const event of JSON.parse(JSON.stringify(prefix)) as RunEvent[]) parts.apply(event);
        for (const event of events.slice(prefix.length)) parts.apply(event);
        expect(everythingOf(parts)).toEqual(everythingOf(whole));
      }),
      { numRuns: 100 },
    );
  });

  it('never lets the state of the run and the states of its tasks disagree', () => {
    fc.assert(
      fc.property(graphs(), fc.array(fc.nat(), { maxLength: 60 }), (upstreams, choices) => {
        const record = new RunRecord(digraph(upstreams));
        for (const event of legalEvents(upstreams, choices)) {
          record.apply(event);
          const states = statesOf(record);
          if (isSettledRun(record.state)) expect(states.some(isInFlight)).toBe(false);
          if (record.state === 'SUCCESS') expect(states.every((s) => s === 'SUCCESS' || s === 'SKIPPED')).toBe(true);
          if (record.state === 'FAILED') expect(states.some((s) => s === 'FAILED' || s === 'CANCELLED')).toBe(true);
          if (record.state === 'ROLLBACK_FAILED') expect(states).toContain('ROLLBACK_FAILED');
          if (states.includes('ROLLING_BACK')) expect(record.state).toBe('ROLLING_BACK');
          if (record.state === 'ROLLED_BACK') {
            expect(record.rollbackTasks.every((task) => /^(ROLLED_BACK|SKIPPED)$/.test(states[task] ?? ''))).toBe(true);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps what dependents and operators read: outputs, errors, attempts and times', () => {
    //  0 -> 1
    const record = new RunRecord(digraph([[], [0]]));
    const error = { code: 'X', message: 'no' };
    record.apply({ type: 'run-started', atMs: 1, by: 'me' });
    record.apply({ type: 'task-started', task: 0, attempt: 1, atMs: 2 });
    record.apply({ type: 'task-failed', task: 0, error, retryAtMs: 9, atMs: 3 });
    expect([record.taskState(0), record.retryAtMs(0), record.error(0)]).toEqual(['READY', 9, error]);
    record.apply({ type: 'task-started', task: 0, attempt: 2, atMs: 9 });
    expect([record.retryAtMs(0), record.error(0), record.taskFinishedAtMs(0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    record.apply({ type: 'task-failed', task: 0, error, atMs: 10 });
    record.apply({ type: 'run-settled', state: 'FAILED', atMs: 10 });
    expect([record.state, record.finishedAtMs]).toEqual(['FAILED', 10]);
    const changes = record.apply({ type: 'task-skipped', task: 0, output: { from: 'operator' }, atMs: 11, by: 'me' });
    expect(changes).toEqual([
      { task: 0, from: 'FAILED', to: 'SKIPPED' },
      { task: 1, from: 'PENDING', to: 'READY' },
    ]);
    expect([record.state, record.operation, record.finishedAtMs]).toEqual(['RUNNING', 'SKIP', undefined]);
    expect([record.output(0), record.attempt(0), record.taskOperation(0)]).toEqual([{ from: 'operator' }, 2, 'SKIP']);
    expect([record.taskStartedAtMs(0), record.taskFinishedAtMs(0)]).toEqual([9, 11]);
  });

  it('takes a run that was settled while paused up as running', () => {
    const record = new RunRecord(digraph([[]]));
    record.apply({ type: 'run-started', atMs: 1, by: 'me' });
    record.apply({ type: 'task-started', task: 0, attempt: 1, atMs: 1 });
    record.apply({ type: 'run-paused', atMs: 1, by: 'me' });
    record.apply({ type: 'task-failed', task: 0, error: { code: 'X', message: '' }, atMs: 2 });
    record.apply({ type: 'run-settled', state: 'FAILED', atMs: 2 });
    record.apply({ type: 'tasks-retried', tasks: [0], atMs: 3, by: 'me' });
    expect(record.state).toBe('RUNNING');
  });

  it('undoes again what a rollback before failed to undo', () => {
    //  0 -> 1
    const record = new RunRecord(digraph([[], [0]]));
    const error = { code: 'X', message: '' };
    const events: RunEvent[] = [
      { type: 'run-started', atMs: 1, by: 'me' },
      { type: 'task-started', task: 0, attempt: 1, atMs: 1 },
      { type: 'task-succeeded', task: 0, output: 1, atMs: 1 },
      { type: 'task-started', task: 1, attempt: 1, atMs: 1 },
      { type: 'task-failed', task: 1, error, atMs: 1 },
      { type: 'run-settled', state: 'FAILED', atMs: 1 },
      { type: 'run-rollback-started', tasks: [0, 1], atMs: 1, by: 'me' },
      { type: 'task-rollback-started', task: 1, atMs: 1 },
      { type: 'task-rolled-back', task: 1, atMs: 1 },
      { type: 'task-rollback-started', task: 0, atMs: 1 },
      { type: 'task-rollback-failed', task: 0, error, atMs: 1 },
    ];
    for (const event of events) record.apply(event);
    expect([undoableTasks(record), terminalStateOf(record, 'continue')]).toEqual([[], 'ROLLBACK_FAILED']);
    record.apply({ type: 'run-settled', state: 'ROLLBACK_FAILED', atMs: 2 });
    expect(tasksToUndo(record)).toEqual([0]);
    record.apply({ type: 'run-rollback-started', tasks: [0], atMs: 3, by: 'me' });
    expect(undoableTasks(record)).toEqual([0]);
  });

  it('holds 100,000 tasks behind one without an overflow', () => {
    const record = new RunRecord(digraph([[], ...Array.from({ length: 100_000 }, () => [0])]));
    record.apply({ type: 'run-started', atMs: 1, by: 'me' });
    record.apply({ type: 'task-started', task: 0, attempt: 1, atMs: 1 });
    const changes = record.apply({ type: 'task-succeeded', task: 0, output: null, atMs: 2 });
    expect([changes.length, record.count('READY'), record.count('PENDING')]).toEqual([100_001, 100_000, 0]);
  });
});

function played(upstreams: readonly (readonly number[])[], events: readonly RunEvent[]) {
  const record = new RunRecord(digraph(upstreams));
  const naive = naiveAfter(upstreams, events);
  for (const event of events) record.apply(event);
  expect(statesOf(record)).toEqual(naive.tasks.map(({ state }) => state));
  return { record, naive };
}

function naiveAfter(upstreams: readonly (readonly number[])[], events: readonly RunEvent[]): NaiveRun {
  const naive = new NaiveRun(upstreams);
  for (const event of events) naive.apply(event);
  return naive;
}

function expectRefused(record: RunRecord, event: RunEvent, before = JSON.stringify(everythingOf(record))): void {
  let thrown: unknown;
  try {
    record.apply(event);
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof IllegalTransitionError)) expect.fail(`${JSON.stringify(event)} is accepted in ${before}`);
  expect(JSON.stringify(everythingOf(record))).toBe(before);
}

function expectEqual(record: RunRecord, naive: NaiveRun): void {
  const tasks = [...naive.tasks.keys()];
  expect(record.state).toBe(naive.state);
  expect(record.isCancelRequested).toBe(naive.isCancelRequested);
  expect(
    tasks.map((task) => ({
      state: record.taskState(task),
      attempt: record.attempt(task),
      retryAtMs: record.retryAtMs(task),
      output: record.output(task),
      error: record.error(task),
    })),
  ).toEqual(naive.tasks);
  for (const state of taskStates) {
    const expected = tasks.filter((task) => naive.stateOf(task) === state);
    expect(record.count(state)).toBe(expected.length);
    expect(record.tasksIn(state)).toEqual(expected);
  }
  expect(undoableTasks(record).toSorted((a, b) => a - b)).toEqual(naive.undoable());
  expect(tasksToUndo(record)).toEqual(naive.toUndo());
  for (const policy of policies) {
    expect(terminalStateOf(record, policy)).toBe(naive.end(policy));
    expect(mayStartTasks(record, policy)).toBe(naive.mayStart(policy));
  }
}

function differences(before: readonly string[], after: readonly string[]): object[] {
  return after.flatMap((to, task) => (to === before[task] ? [] : [{ task, from: before[task], to }]));
}
