import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromTaskInfo,
  ocpOperations,
  ocpStatuses,
  ocpSubtaskStatuses,
  ocpTaskStatuses,
  toTaskInfo,
  toTaskInstance,
} from '../../src/ocp/index.ts';
import { runStates, taskStates, type RunSnapshot } from '../../src/state/index.ts';
import { plainTask, runOf } from './fixture-state.ts';

const atMs = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) });
const texts = fc.string({ unit: 'binary', maxLength: 8 });
const context = fc.record({
  stringMap: fc.dictionary(texts, texts, { noNullPrototype: true }),
  listMap: fc.dictionary(texts, fc.array(texts, { maxLength: 3 }), { noNullPrototype: true }),
});

/** A random DAG with scattered ids: an edge goes from an earlier task to a later one. */
const tasks = fc
  .uniqueArray(fc.integer({ min: 0, max: 5_000 }), { maxLength: 25 })
  .chain((ids) =>
    fc.tuple(
      fc.constant(ids),
      fc.array(fc.tuple(fc.constantFrom(...taskStates), fc.constantFrom(...ocpOperations), fc.nat(3), fc.nat()), {
        minLength: ids.length,
        maxLength: ids.length,
      }),
    ),
  )
  .map(([ids, parts]) => {
    const upstreams = ids.map((_, index) =>
      ids.slice(0, index).filter((__, bit) => ((parts[index]?.[3] ?? 0) >> bit) & 1),
    );
    return ids.map((id, index) => {
      const [state = 'PENDING', operation = 'EXECUTE', attempt = 0] = parts[index] ?? [];
      const downstreams = ids.filter((_, other) => upstreams[other]?.includes(id));
      return {
        ...plainTask(id, `task ${id % 3}`),
        state,
        operation,
        attempt,
        upstreams: upstreams[index] ?? [],
        downstreams,
      };
    });
  });

const snapshots: fc.Arbitrary<RunSnapshot> = fc
  .record({
    tasks,
    context,
    state: fc.constantFrom(...runStates),
    operation: fc.constantFrom(...ocpOperations),
    startedAtMs: atMs,
    createdAtMs: atMs,
    utcOffsetMinutes: fc.integer({ min: -720, max: 840 }),
    creator: fc.record({ id: fc.nat(), name: fc.string({ minLength: 1 }) }),
    subject: fc.record({ id: fc.nat(), name: fc.string() }),
  })
  .map(({ tasks: children, ...parts }) => runOf(children, parts));

describe('the documented shapes, for random runs', () => {
  it('have unique ids, mutual edges and documented words alone', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const info = toTaskInfo(snapshot);
        expect(ocpStatuses).toContain(info.status);
        expectSound(info.tasks, ocpStatuses);
        const instance = toTaskInstance(snapshot);
        expect(ocpTaskStatuses).toContain(instance.status);
        expectSound(instance.subtasks, ocpSubtaskStatuses);
        const series = instance.subtasks.map(({ seriesId }) => seriesId);
        expect(series.toSorted((a, b) => a - b)).toEqual(series.map((_, index) => index));
        const seriesOf = new Map(instance.subtasks.map(({ id, seriesId }) => [id, seriesId]));
        for (const { seriesId, upstreams } of instance.subtasks) {
          for (const upstream of upstreams) expect(seriesOf.get(upstream)).toBeLessThan(seriesId);
        }
      }),
    );
  });

  it('come back the same from the seed shape, as text too', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const info = toTaskInfo(snapshot);
        const read = fromTaskInfo(JSON.parse(JSON.stringify({ data: info })));
        expect(JSON.stringify(toTaskInfo(read))).toBe(JSON.stringify(info));
      }),
    );
  });

  it('come back the same from the shape of the task endpoints', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const instance = toTaskInstance(snapshot);
        const read = fromTaskInfo(JSON.parse(JSON.stringify(instance)));
        expect(toTaskInstance(read)).toEqual(instance);
      }),
    );
  });
});

interface Child {
  readonly id: number;
  readonly status: string;
  readonly operation: string;
  readonly upstreams: readonly number[];
  readonly downstreams: readonly number[];
}

function expectSound(children: readonly Child[], statuses: readonly string[]): void {
  const byId = new Map(children.map((child) => [child.id, child]));
  expect(byId.size).toBe(children.length);
  expect([...byId.keys()]).toEqual([...byId.keys()].toSorted((a, b) => a - b));
  for (const { id, status, operation, upstreams, downstreams } of children) {
    expect(statuses).toContain(status);
    expect(ocpOperations).toContain(operation);
    for (const upstream of upstreams) expect(byId.get(upstream)?.downstreams).toContain(id);
    for (const downstream of downstreams) expect(byId.get(downstream)?.upstreams).toContain(id);
  }
}
