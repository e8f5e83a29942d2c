import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downstreamsOf, upstreamsOf } from '../../src/graph/index.ts';
import { fromTaskAnswer, planOfSnapshot, toTaskAnswer } from '../../src/ocp/index.ts';
import { problemsOf } from './answer-problems.ts';
import type { AnswerChild } from './answers.ts';
import { randomAnswers, withChildren, type RandomAnswer } from './random-answers.ts';

describe('any DAG that is told in shape A, B or C', () => {
  it('is written back with the same ids, edges, names and statuses', () => {
    fc.assert(
      fc.property(randomAnswers(0), fc.boolean(), ({ json, children, letter }, isListed) => {
        const [answer] = fromTaskAnswer(isListed ? { data: { contents: [json] } } : json);
        const written = JSON.parse(JSON.stringify(answer && toTaskAnswer(answer))) as Readonly<Record<string, unknown>>;
        expect({ ...written, ...told([]) }).toMatchObject({ ...json, ...told([]) });
        const back = written[letter === 'A' ? 'tasks' : 'subtasks'] as readonly AnswerChild[];
        expect(asGraph(back)).toEqual(asGraph(children));
      }),
    );
  });

  it('is planned with the same edges, upstreams first, and with time limits for estimates', () => {
    fc.assert(
      fc.property(randomAnswers(0), ({ json, children }) => {
        const [answer] = fromTaskAnswer(json);
        if (!answer) throw new Error('no answer');
        const { plan, tasks } = planOfSnapshot(answer.snapshot);
        const idOf = (index: number): number => tasks[index]?.id ?? -1;
        const planned = plan.tasks.map((task, index) => ({
          id: idOf(index),
          name: task.name,
          upstreams: ascending(Array.from(upstreamsOf(plan.graph, index), idOf)),
          downstreams: ascending(Array.from(downstreamsOf(plan.graph, index), idOf)),
          lane: task.lane?.index ?? -1,
          isBarrier: task.kind === 'barrier',
          estimateMs: task.estimateMs,
        }));
        const expected = children.map((child) => ({
          id: child.id,
          name: child.name,
          upstreams: ascending(child.upstreams),
          downstreams: ascending(child.downstreams),
          lane: child['parallelIdx'] ?? -1,
          isBarrier: child.name === 'Wait node',
          estimateMs: Number(child['timeout'] ?? 0) * 1_000 || 1_000,
        }));
        expect(planned.toSorted((a, b) => a.id - b.id)).toEqual(expected.toSorted((a, b) => a.id - b.id));
        for (let index = 0; index < tasks.length; index += 1)
          for (const upstream of upstreamsOf(plan.graph, index)) expect(upstream).toBeLessThan(index);
      }),
    );
  });
});

describe('any one corruption of such a DAG is refused and named', () => {
  /** A child, and another one. */
  const spoilt = fc.tuple(randomAnswers(2), fc.nat(), fc.nat());

  it.each<[string, Corruption]>([
    [
      'DUPLICATE_ID',
      ({ children }, at, other) => {
        // Without edges, so that nothing besides is wrong.
        const copy = { ...childAt(children, at), id: childAt(children, other).id, upstreams: [], downstreams: [] };
        return { children: [...children, copy], path: `[${children.length}].id` };
      },
    ],
    [
      'SELF_EDGE',
      ({ children }, at) => {
        const child = childAt(children, at);
        const changed = replaced(children, { ...child, downstreams: [...child.downstreams, child.id] });
        return { children: changed, path: `[${children.indexOf(child)}].downstreams[${child.downstreams.length}]` };
      },
    ],
    [
      'UNKNOWN_ID',
      ({ children }, at) => {
        const child = childAt(children, at);
        const changed = replaced(children, { ...child, upstreams: [10_000, ...child.upstreams] });
        return { children: changed, path: `[${children.indexOf(child)}].upstreams[0]` };
      },
    ],
    [
      'ONE_SIDED_EDGE',
      ({ children }, at) => {
        const ends = children.filter(({ upstreams }) => upstreams.length > 0);
        if (ends.length === 0) return undefined;
        const child = childAt(ends, at);
        const [dropped = -1, ...kept] = child.upstreams;
        const index = children.findIndex(({ id }) => id === dropped);
        const place = children[index]?.downstreams.indexOf(child.id) ?? -1;
        const changed = replaced(children, { ...child, upstreams: kept });
        return { children: changed, path: `[${index}].downstreams[${place}]` };
      },
    ],
    [
      'CYCLE',
      ({ children }, at) => {
        const ends = children.filter(({ upstreams }) => upstreams.length > 0);
        if (ends.length === 0) return undefined;
        const last = childAt(ends, at);
        const first = children.find(({ id }) => id === last.upstreams[0]) ?? last;
        const turned = replaced(children, { ...first, upstreams: [...first.upstreams, last.id] });
        return { children: replaced(turned, { ...last, downstreams: [...last.downstreams, first.id] }), path: '' };
      },
    ],
  ])('%s', (code, corrupt) => {
    fc.assert(
      fc.property(spoilt, ([answer, at, other]) => {
        const corrupted = corrupt(answer, at, other);
        fc.pre(corrupted !== undefined);
        const field = answer.letter === 'A' ? 'tasks' : 'subtasks';
        const path = corrupted.path === '' ? 'data' : `data.${field}${corrupted.path}`;
        expect(problemsOf({ data: withChildren(answer, corrupted.children) })).toEqual([`${code} ${path}`]);
      }),
    );
  });
});

/** The children with one thing spoilt, and where; undefined when there is nothing to spoil. */
type Corruption = (
  answer: RandomAnswer,
  at: number,
  other: number,
) => { readonly children: readonly AnswerChild[]; readonly path: string } | undefined;

function childAt(children: readonly AnswerChild[], at: number): AnswerChild {
  const child = children[at % children.length];
  if (!child) throw new Error('there are no children');
  return child;
}

function replaced(children: readonly AnswerChild[], child: AnswerChild): readonly AnswerChild[] {
  return children.map((known) => (known.id === child.id ? child : known));
}

function told(children: readonly AnswerChild[]): Readonly<Record<string, unknown>> {
  return { tasks: children, subtasks: children };
}

function asGraph(children: readonly AnswerChild[]): readonly object[] {
  return children
    .map(({ id, name, upstreams, downstreams, status }) => ({
      ...{ id, name, status },
      ...{ upstreams: ascending(upstreams), downstreams: ascending(downstreams) },
    }))
    .toSorted((a, b) => a.id - b.id);
}

function ascending(ids: readonly number[]): readonly number[] {
  return ids.toSorted((a, b) => a - b);
}
