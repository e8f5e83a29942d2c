import { describe, expect, it } from 'vitest';
import { AttemptMarks } from '../../../src/cli/views/attempt-marks.ts';
import { runStory } from '../../../src/cli/views/run-story.ts';
import { stepTable } from '../../../src/cli/views/steps.ts';
import { planWorkflow } from '../../../src/plan/index.ts';
import type { RunEvent } from '../../../src/state/index.ts';
import { workflowFromGraph } from '../../../src/workflow/index.ts';

const plan = planWorkflow(workflowFromGraph({ name: 'Two', tasks: [{ key: 'a' }, { key: 'b', upstream: ['a'] }] }), {});
const error = { code: 'NO_ROOM', message: 'the disk\u001b[31m is full' };
const [ops, kim] = ['ops', 'kim'];

/** `a` fails twice, is skipped; `b` fails, and its undo too. */
const events: readonly RunEvent[] = [
  { type: 'run-started', by: ops, atMs: 0 },
  { type: 'task-started', task: 0, attempt: 1, atMs: 1_000 },
  { type: 'task-failed', task: 0, error, atMs: 3_000 },
  { type: 'run-settled', state: 'FAILED', atMs: 3_000 },
  { type: 'tasks-retried', tasks: [0], by: kim, atMs: 4_000 },
  { type: 'task-started', task: 0, attempt: 2, atMs: 4_000 },
  { type: 'task-failed', task: 0, error, atMs: 4_500 },
  { type: 'run-settled', state: 'FAILED', atMs: 4_500 },
  { type: 'task-skipped', task: 0, by: kim, atMs: 5_000 },
  { type: 'task-started', task: 1, attempt: 1, atMs: 5_000 },
  { type: 'task-failed', task: 1, error, atMs: 5_100 },
  { type: 'run-settled', state: 'FAILED', atMs: 5_100 },
  { type: 'run-rollback-started', tasks: [0, 1], by: kim, atMs: 6_000 },
  { type: 'task-rollback-started', task: 1, atMs: 6_000 },
  { type: 'task-rollback-failed', task: 1, error, atMs: 6_200 },
  { type: 'undo-skipped', task: 1, by: ops, atMs: 7_000 },
];

const withoutTimes = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/^.{21}/, ''));

describe('the attempts of an undo', () => {
  it('are counted by themselves, from 1', () => {
    const marks = new AttemptMarks(0);
    const failed = { type: 'task-rollback-failed', task: 0, error } as const;
    marks.look([
      { type: 'task-started', task: 0, attempt: 3, atMs: 0 },
      { type: 'task-succeeded', task: 0, output: 1, atMs: 1 },
      { type: 'task-rollback-started', task: 0, atMs: 2 },
      { ...failed, atMs: 3, retryAtMs: 4 },
      { type: 'task-rollback-started', task: 0, atMs: 4 },
      { ...failed, atMs: 5 },
    ]);
    const begun = marks.rest().filter((line) => line.startsWith('####'));
    expect(begun.map((line) => /(\w+ attempt \d+)/.exec(line)?.[1])).toEqual([
      ...['EXECUTE attempt 3', 'ROLLBACK attempt 1', 'ROLLBACK attempt 2'],
    ]);
  });
});

describe('the story of a run', () => {
  it('says who did what, what went wrong, and what came of it', () => {
    expect(withoutTimes(runStory(events, stepTable(plan)))).toEqual([
      'ops started the run',
      'a failed after 2 s: [NO_ROOM] the disk is full',
      'the run ended FAILED',
      'kim retried a',
      'a failed, attempt 2, after 500 ms: [NO_ROOM] the disk is full',
      'the run ended FAILED',
      'kim skipped a',
      'b failed after 100 ms: [NO_ROOM] the disk is full',
      'the run ended FAILED',
      'kim rolled the run back: a, b',
      'the undo of b failed: [NO_ROOM] the disk is full',
      'ops left b as it is',
    ]);
  });

  it('has every start and end when all is asked for', () => {
    const all = withoutTimes(runStory(events, stepTable(plan), { all: true }));
    expect(all).toHaveLength(events.length);
    expect(all).toEqual(expect.arrayContaining(['a started', 'a started, attempt 2', 'b is being undone']));
  });
});

describe("the marks in a task's log", () => {
  it('come once each, before the lines of their attempt and after those of the one before', () => {
    const marks = new AttemptMarks(0);
    marks.look(events.slice(0, 3));
    expect(marks.before(1_000)).toEqual([expect.stringContaining(' EXECUTE attempt 1 ')]);
    // A line of the very moment at which it failed is still its own.
    expect(marks.before(3_000)).toEqual([]);
    marks.look(events);
    expect(marks.before(4_000)).toEqual([
      'task 1: operation EXECUTE, state FAILED',
      expect.stringContaining(' RETRY attempt 2 '),
    ]);
    expect(marks.rest()).toEqual(['task 1: operation RETRY, state FAILED']);
    expect(marks.rest()).toEqual([]);
  });

  it('tell an undo apart', () => {
    const marks = new AttemptMarks(1);
    marks.look(events);
    expect(marks.rest().slice(-2)).toEqual([
      expect.stringContaining(' ROLLBACK attempt 1 '),
      'task 2: operation ROLLBACK, state ROLLBACK_FAILED',
    ]);
  });
});
