import { describe, expect, it } from 'vitest';
import {
  allowsRunEvent,
  IllegalTransitionError,
  runStates,
  runTransitions,
  taskStates,
  taskTransition,
  taskTransitions,
  type RunEventType,
} from '../../src/state/index.ts';
import { runRules, taskRules } from './naive-run.ts';

const events = [...new Set(Object.values(taskRules).flatMap((rules) => Object.keys(rules)))] as RunEventType[];

describe('the table of task transitions', () => {
  it.each(taskStates)('takes a task in state %s exactly where the rules say', (from) => {
    for (const event of events) {
      const expected = taskRules[from][event] ?? [];
      const allowed = taskStates.filter((to) => taskTransition(event, from, to) !== undefined);
      expect(new Set(allowed), `${event} in ${from}`).toEqual(new Set(expected));
    }
  });

  it('names every event that the rules name and no other', () => {
    expect(new Set(taskTransitions.map(({ event }) => event))).toEqual(new Set(events));
  });

  it('says when it is which line wherever two lines start in one state with one event', () => {
    for (const line of taskTransitions) {
      const rivals = taskTransitions.filter(
        (other) =>
          other.event === line.event && other.to !== line.to && other.from.some((from) => line.from.includes(from)),
      );
      if (rivals.length > 0) expect(line.when).toBeDefined();
    }
  });

  it('lets nothing leave ROLLED_BACK', () => {
    expect(taskTransitions.filter(({ from }) => from.includes('ROLLED_BACK'))).toEqual([]);
  });
});

describe('the table of run transitions', () => {
  it.each(runStates)('allows for a run in state %s exactly the events that the rules allow', (from) => {
    const named = new Set([...Object.keys(runRules), ...runTransitions.map(({ event }) => event)]) as Set<RunEventType>;
    for (const event of named) {
      expect(allowsRunEvent(event, from), `${event} in ${from}`).toBe(runRules[event]?.includes(from) ?? true);
    }
  });

  it('ends a run that goes forward and a rollback each in their own ways', () => {
    expect(allowsRunEvent('run-settled', 'RUNNING', 'SUCCESS')).toBe(true);
    expect(allowsRunEvent('run-settled', 'RUNNING', 'ROLLED_BACK')).toBe(false);
    expect(allowsRunEvent('run-settled', 'ROLLING_BACK', 'ROLLED_BACK')).toBe(true);
    expect(allowsRunEvent('run-settled', 'ROLLING_BACK', 'SUCCESS')).toBe(false);
  });
});

describe('IllegalTransitionError', () => {
  it('says what was not allowed, for which, and where it stood', () => {
    const error = new IllegalTransitionError('task-started', 'task 3', 'SUCCESS');
    expect([error.code, error.message]).toEqual([
      'ILLEGAL_TRANSITION',
      'Event "task-started" is not allowed for task 3 in state SUCCESS.',
    ]);
  });
});
