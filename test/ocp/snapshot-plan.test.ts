import { describe, expect, it } from 'vitest';
import { fromTaskAnswer, planOfSnapshot, type SnapshotPlan } from '../../src/ocp/index.ts';
import { estimatePlan, planMermaid } from '../../src/plan/index.ts';
import { batchStages, oldChild, stagedChildren, upgradeStages, type AnswerChild } from './answers.ts';

const head = { id: 7, name: 'Flow', status: 'RUNNING', operation: 'EXECUTE', creator: 'admin' };

function planned(subtasks: readonly AnswerChild[]): SnapshotPlan {
  const [answer] = fromTaskAnswer({ ...head, subtasks });
  if (!answer) throw new Error('no answer');
  return planOfSnapshot(answer.snapshot);
}

describe('planOfSnapshot', () => {
  it('plans two roots and two sinks around barriers', () => {
    //  ┌ 1 ┐     ┌ 4 ┐     ┌ 7 ┐     ┌ 10
    //  └ 2 ┴ 3 ──┴ 5 ┴ 6 ──┴ 8 ┴ 9 ──┴ 11
    const { plan } = planned(stagedChildren(batchStages).toReversed());
    const { waves, criticalPathMs, makespanMs, peakConcurrency } = estimatePlan(plan);
    expect([...waves]).toEqual([0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6]);
    expect(plan.tasks.map(({ lane }) => lane?.key ?? '-').join(' ')).toBe('0 1 - 0 1 - 0 1 - 0 1');
    expect(plan.graph.edgeCount).toBe(12);
    expect(criticalPathMs).toBe((300 + 1_800 + 600 + 30 + 3 * 30) * 1_000);
    expect(makespanMs).toBe(criticalPathMs);
    expect(peakConcurrency).toBe(2);
    expect(estimatePlan(plan, { concurrency: 1 }).makespanMs).toBe((2 * (300 + 1_800 + 600 + 30) + 3 * 30) * 1_000);
  });

  it('plans eighteen children with two roots and one sink, the one without a time limit as 1 s', () => {
    const { plan, tasks } = planned(stagedChildren(upgradeStages));
    expect(tasks).toHaveLength(18);
    expect(tasks.filter(({ upstreams }) => upstreams.length === 0)).toHaveLength(2);
    expect(tasks.filter(({ downstreams }) => downstreams.length === 0)).toHaveLength(1);
    expect(estimatePlan(plan).waveCount).toBe(12);
    const guessed = plan.tasks.filter(({ hasOwnEstimate }) => !hasOwnEstimate);
    expect(guessed.map(({ name, estimateMs }) => `${name} ${estimateMs}`)).toEqual(['Finish node 1000']);
  });

  it('keeps barriers, points of no return and what cannot be skipped', () => {
    const [first, barrier, ...rest] = stagedChildren([
      ['Update version', 1],
      ['Wait node', 1],
      ['Finish node', 1],
    ]);
    if (!first || !barrier) throw new Error('no children');
    const { plan } = planned([{ ...first, prohibitRollback: true, prohibitSkip: true }, barrier, ...rest]);
    expect(plan.tasks.map(({ kind, irreversible, skippable }) => `${kind} ${irreversible} ${skippable}`)).toEqual([
      'task true false',
      'barrier false true',
      'task false true',
    ]);
    expect(planMermaid(plan)).toContain('t1{{"1 Update version"}}');
  });

  it('tells the copies of one stage apart where no answer numbers them', () => {
    const [answer] = fromTaskAnswer({ ...head, tasks: stagedChildren(batchStages).map(oldChild) });
    if (!answer) throw new Error('no answer');
    const { plan } = planOfSnapshot(answer.snapshot);
    expect(plan.tasks.slice(3, 5).map(({ key, lane }) => [key, lane])).toEqual([
      ['Install rpm', undefined],
      ['Install rpm#2', undefined],
    ]);
  });
});
