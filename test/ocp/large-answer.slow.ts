import { expect, it } from 'vitest';
import { fromTaskAnswer, planOfSnapshot, toTaskAnswer } from '../../src/ocp/index.ts';
import { hangMs } from '../graph/graphs.ts';
import { stagedChildren, type Stage } from './answers.ts';

it('reads, plans and writes a chain of 100,000 children', { timeout: hangMs }, () => {
  const stages = Array.from({ length: 100_000 }, (): Stage => ['step', 1]);
  const head = { id: 7, name: 'Flow', status: 'RUNNING', operation: 'EXECUTE', creator: 'admin' };
  const [answer] = fromTaskAnswer({ ...head, subtasks: stagedChildren(stages) });
  if (!answer) throw new Error('no answer');
  expect(planOfSnapshot(answer.snapshot).plan.tasks).toHaveLength(100_000);
  expect(toTaskAnswer(answer)).toHaveProperty('subtasks.length', 100_000);
});
