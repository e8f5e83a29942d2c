import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/index.ts';
import { shapeFromJson, shapeToJson } from '../../src/plan/index.ts';
import { RunRecord, snapshotOfPlan, snapshotOfRun, type RunHeader } from '../../src/state/index.ts';
import { emptyRunContext } from '../../src/workflow/index.ts';
import { nothing, planOf } from '../workflow/declared.ts';

//  a -> 0/b -> wait
//    -> 1/b ->
const plan = planOf((flow) => {
  const a = flow.task('a', { ...nothing, description: 'first', timeoutMs: 5 });
  const b = flow.forEach([1, 2], () =>
    flow.task('b', { upstream: { a }, ...nothing, undo: 'irreversible', skippable: false }),
  );
  flow.barrier('wait', b);
});

const header: RunHeader = {
  id: 7,
  firstTaskId: 100,
  workflow: 'w',
  workflowVersion: '1',
  fingerprint: plan.fingerprint,
  plan: shapeToJson(plan),
  input: {},
  claims: [],
  creator: { id: 1, name: 'admin' },
  context: emptyRunContext,
  createdAtMs: 1,
  utcOffsetMinutes: 480,
};

describe('a snapshot', () => {
  it('of a plan is that of a run that has not begun, with ids from 1', () => {
    const { id, state, tasks } = snapshotOfPlan(plan);
    expect([id, state]).toEqual([0, 'RUNNING']);
    expect(tasks.map((task) => [task.id, task.state, task.upstreams, task.downstreams, task.parallelIdx])).toEqual([
      [1, 'PENDING', [], [2, 3], -1],
      [2, 'PENDING', [1], [4], 0],
      [3, 'PENDING', [1], [4], 1],
      [4, 'PENDING', [2, 3], [], -1],
    ]);
    expect(tasks[0]).toMatchObject({ description: 'first', timeoutMs: 5, attempt: 0, operation: 'EXECUTE' });
    expect(tasks[1]).toMatchObject({ irreversible: true, skippable: false, isBarrier: false });
    expect(tasks[3]).toMatchObject({ isBarrier: true });
  });

  it('of a run has its recorded states, times and errors, and leaves out what is not known', () => {
    const record = new RunRecord(plan.graph);
    record.apply({ type: 'run-started', atMs: 2, by: 'me' });
    record.apply({ type: 'task-started', task: 0, attempt: 1, atMs: 3 });
    record.apply({ type: 'task-failed', task: 0, error: { code: 'X', message: 'no' }, atMs: 4 });
    const snapshot = snapshotOfRun({ header, plan, record });
    expect(snapshot).toMatchObject({ id: 7, name: 'w', state: 'RUNNING', startedAtMs: 2, createdAtMs: 1 });
    expect(snapshot).not.toHaveProperty('finishedAtMs');
    expect(snapshot.tasks[0]).toMatchObject({
      id: 100,
      state: 'FAILED',
      attempt: 1,
      startedAtMs: 3,
      finishedAtMs: 4,
      error: { code: 'X', message: 'no' },
      downstreams: [101, 102],
    });
    expect(snapshot.tasks[1]).not.toHaveProperty('startedAtMs');
  });

  it('of a run is the same from the plan and from what is stored of it', () => {
    const record = new RunRecord(plan.graph);
    record.apply({ type: 'run-started', atMs: 2, by: 'me' });
    const stored = shapeFromJson(JSON.parse(JSON.stringify(header.plan)) as JsonValue);
    expect(snapshotOfRun({ header, plan: stored, record })).toEqual(snapshotOfRun({ header, plan, record }));
  });
});
