import fc from 'fast-check';
import { ocpOperations } from '../../src/ocp/index.ts';
import type { AnswerChild } from './answers.ts';

/** The documented shapes whose children tell their edges. */
export type Letter = 'A' | 'B' | 'C';

/** An answer with children that can be spoilt. */
export interface RandomAnswer {
  readonly letter: Letter;
  readonly json: Readonly<Record<string, unknown>>;
  readonly children: readonly AnswerChild[];
}

const words = {
  A: ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED'],
  B: ['PENDING', 'READY', 'RUNNING', 'CANCELING', 'FAILED', 'SUCCESSFUL'],
} as const;

/** Random DAGs with scattered ids in no order, as answers of shape A, B or C; `least` children at least. */
export function randomAnswers(least: number): fc.Arbitrary<RandomAnswer> {
  return fc
    .tuple(
      fc.constantFrom<Letter>('A', 'B', 'C'),
      fc.uniqueArray(fc.nat(9_999), { minLength: least, maxLength: 14 }),
      fc.infiniteStream(fc.nat()),
    )
    .map(([letter, ids, numbers]) => {
      const next = (): number => Number(numbers.next().value);
      const edges = ids.flatMap((to, at) =>
        ids.slice(0, at).flatMap((from) => (next() % 3 === 0 ? [{ from, to }] : [])),
      );
      const statuses = letter === 'A' ? words.A : words.B;
      const children = ids.map((id): AnswerChild => {
        const child = {
          id,
          name: ['Wait node', 'Install rpm', `step ${id}`][next() % 3] ?? '',
          description: 'what it does',
          operation: ocpOperations[next() % 5],
          status: statuses[next() % statuses.length],
          upstreams: edges.filter(({ to }) => to === id).map(({ from }) => from),
          downstreams: edges.filter(({ from }) => from === id).map(({ to }) => to),
        };
        if (letter === 'A') return child;
        return { ...child, parallelIdx: (next() % 4) - 1, timeout: next() % 3_600, runTime: 1 };
      });
      const listed = children.toSorted((a, b) => (a.id % 7) - (b.id % 7));
      return { letter, children: listed, json: answerOf(letter, listed, next()) };
    });
}

/** The answer with other children. */
export function withChildren({ letter, json }: RandomAnswer, children: readonly AnswerChild[]): RandomAnswer['json'] {
  return { ...json, [letter === 'A' ? 'tasks' : 'subtasks']: children };
}

function answerOf(letter: Letter, children: readonly AnswerChild[], id: number): RandomAnswer['json'] {
  const head = { id, name: 'Some flow', status: 'RUNNING' };
  if (letter === 'A') return { ...head, tasks: children };
  if (letter === 'B') return { ...head, clusterId: 1, creator: 'admin', operation: 'EXECUTE', subtasks: children };
  return { ...head, cluster: { id: 1 }, creator: { id: 1, name: 'admin' }, operation: 'EXECUTE', subtasks: children };
}
