import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBasicTaskInstance, toSubtaskInstance, toTaskInstance } from '../../src/ocp/index.ts';
import { runStates, taskStates, type RunSnapshot, type TaskSnapshot } from '../../src/state/index.ts';
import { plainTask, runOf } from './fixture-state.ts';
import { naiveSubtasks } from './naive-task-instance.ts';

const minute = Date.UTC(2021, 11, 31, 23, 59);
const times = fc.option(
  fc.oneof(
    fc.integer({ min: -90_000, max: 90_000 }).map((ms) => minute + ms),
    fc.nat(2 ** 40),
  ),
  {
    nil: undefined,
  },
);

const particulars: fc.Arbitrary<Partial<TaskSnapshot>> = fc
  .record({
    state: fc.constantFrom(...taskStates),
    operation: fc.constantFrom('EXECUTE', 'RETRY', 'SKIP', 'CANCEL', 'ROLLBACK'),
    attempt: fc.nat(3),
    parallelIdx: fc.integer({ min: -1, max: 9 }),
    irreversible: fc.boolean(),
    skippable: fc.boolean(),
    timeoutMs: fc.option(fc.nat(9_999), { nil: undefined }),
    createdAtMs: times,
    startedAtMs: times,
    finishedAtMs: times,
  })
  .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));

/** Mostly DAGs with scattered ids in no order; some with edges that make no sense, or an id twice. */
const snapshots: fc.Arbitrary<RunSnapshot> = fc
  .record({
    ids: fc.oneof(fc.uniqueArray(fc.nat(500), { maxLength: 25 }), fc.array(fc.nat(12), { maxLength: 8 })),
    edges: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 60 }),
    isSound: fc.integer({ min: 0, max: 3 }).map((chance) => chance > 0),
    tasks: fc.array(particulars, { minLength: 25, maxLength: 25 }),
    state: fc.constantFrom(...runStates),
    utcOffsetMinutes: fc.constantFrom(0, 480, -210, 1),
  })
  .map(({ ids, edges, isSound, tasks, ...run }) => {
    const upstreamsOf = ids.map((): number[] => []);
    for (const [a, b] of ids.length === 0 ? [] : edges) {
      const [to, from] = [a % ids.length, isSound ? b % Math.max(1, a % ids.length) : b % (ids.length + 1)];
      const upstreams = upstreamsOf[to] ?? [];
      const id = ids[from] ?? 9_999;
      if (isSound ? from < to && !upstreams.includes(id) : true) upstreams.push(id);
    }
    return runOf(
      ids.map((id, index) => ({
        ...plainTask(id, `step ${id}`),
        ...tasks[index],
        upstreams: upstreamsOf[index] ?? [],
      })),
      run,
    );
  });

describe('the detail shape', () => {
  it('has, to the byte, the children that are written by looking everything up', () => {
    fc.assert(
      fc.property(snapshots, fc.option(fc.constant('10.0.0.1'), { nil: undefined }), (run, executor) => {
        const options = executor === undefined ? {} : { executor };
        expect(JSON.stringify(toTaskInstance(run, options).subtasks)).toBe(
          JSON.stringify(naiveSubtasks(run, executor)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('has each task as it is told alone', () => {
    fc.assert(
      fc.property(snapshots, (run) => {
        const { subtasks } = toTaskInstance(run);
        for (const { id } of subtasks) {
          const first = subtasks.find((subtask) => subtask.id === id);
          expect(JSON.stringify(toSubtaskInstance(run, id))).toBe(JSON.stringify(first));
        }
        expect(toSubtaskInstance(run, 777)).toBeUndefined();
      }),
    );
  });

  it('is what the shape of lists is taken from', () => {
    fc.assert(
      fc.property(snapshots, (run) => {
        const names = ['cluster', 'creator', 'finishTime', 'id', 'name', 'startTime', 'status', 'subtasks', 'tenant'];
        const childNames = ['description', 'id', 'name', 'operation', 'status'];
        const { subtasks, ...task } = toTaskInstance({ ...run, createdAtMs: 0, startedAtMs: 1, finishedAtMs: 2 });
        const listed = { ...task, subtasks: subtasks.map((subtask) => picked(subtask, childNames)) };
        const basic = toBasicTaskInstance({ ...run, createdAtMs: 0, startedAtMs: 1, finishedAtMs: 2 });
        expect(JSON.stringify(basic)).toBe(JSON.stringify(picked(listed, names)));
      }),
    );
  });
});

function picked(object: object, names: readonly string[]): object {
  return Object.fromEntries(names.flatMap((name) => Object.entries(object).filter(([known]) => known === name)));
}
