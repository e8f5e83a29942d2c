import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepDurations, type ObservedRun, type RunEvent } from '../../src/state/index.ts';

const error = { code: 'A', name: 'Error', message: 'no' };

function started(task: number, atMs: number, attempt = 1): RunEvent {
  return { type: 'task-started', task, attempt, atMs };
}

function succeeded(task: number, atMs: number): RunEvent {
  return { type: 'task-succeeded', task, output: null, atMs };
}

/** A run of tasks with these names, all of them no barriers. */
function runOf(names: readonly string[], events: readonly RunEvent[]): ObservedRun {
  return { tasks: names.map((name) => ({ name, kind: 'task' })), events };
}

function durationsOf(...runs: readonly ObservedRun[]): object {
  const { runs: count, durationMs } = stepDurations(runs);
  return { runs: count, ...Object.fromEntries(durationMs) };
}

describe('the durations of steps', () => {
  it('are from the start of the last attempt to its success', () => {
    const events: RunEvent[] = [
      ...[started(0, 100), { type: 'task-failed' as const, task: 0, error, atMs: 190, retryAtMs: 300 }],
      ...[started(0, 300, 2), started(1, 310), succeeded(0, 325), succeeded(1, 410)],
    ];
    expect(durationsOf(runOf(['a', 'b'], events))).toEqual({ runs: 1, a: 25, b: 100 });
  });

  it('say nothing of barriers, of what was adopted, skipped, resolved, cancelled, or is under way', () => {
    const events: RunEvent[] = [
      ...Array.from({ length: 7 }, (_, task) => started(task, 0)),
      succeeded(0, 50),
      { type: 'task-succeeded', task: 1, output: null, atMs: 50, isAdopted: true },
      { type: 'task-failed', task: 2, error, atMs: 50 },
      { type: 'task-skipped', task: 2, by: 'admin', atMs: 60 },
      { type: 'task-outcome-unknown', task: 3, error, atMs: 50 },
      { type: 'task-resolved-success', task: 3, output: null, by: 'admin', atMs: 60 },
      { type: 'task-cancelling', task: 4, by: 'admin', atMs: 50 },
      { type: 'task-cancelled', task: 4, error, atMs: 60 },
      succeeded(5, 70),
    ];
    const { tasks } = runOf(['barrier', 'adopted', 'skipped', 'resolved', 'cancelled', 'done', 'running'], []);
    const kinds = tasks.map((task, index) => (index === 0 ? { ...task, kind: 'barrier' as const } : task));
    expect(durationsOf({ tasks: kinds, events })).toEqual({ runs: 1, done: 70 });
  });

  it('are those of the last success, and none once it was adopted', () => {
    const adopted: RunEvent = { type: 'task-succeeded', task: 1, output: null, atMs: 999, isAdopted: true };
    const events = [
      ...[started(0, 0), succeeded(0, 10), started(0, 100, 2), succeeded(0, 130)],
      ...[started(1, 0), succeeded(1, 10), started(1, 100, 2), adopted],
    ];
    expect(durationsOf(runOf(['a', 'b'], events))).toEqual({ runs: 1, a: 30 });
  });

  it('are never negative, though somebody sets the clock back', () => {
    expect(durationsOf(runOf(['a'], [started(0, 100), succeeded(0, 40)]))).toEqual({ runs: 1, a: 0 });
  });

  it('are the median over all tasks of a name, in whole milliseconds; runs that say nothing do not count', () => {
    const first = runOf(['a', 'a'], [started(0, 0), started(1, 0), succeeded(0, 1_000_000), succeeded(1, 3)]);
    const second = runOf(['x', 'a'], [started(1, 0), succeeded(1, 6)]);
    const third = runOf(['a'], [started(0, 0), succeeded(0, 4)]);
    expect(durationsOf(first, second, runOf(['a'], []))).toEqual({ runs: 2, a: 6 });
    expect(durationsOf(first, second, third)).toEqual({ runs: 3, a: 5 });
  });

  it('have as many below as above them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1 }), (lengths) => {
        const events = lengths.flatMap((ms, task) => [started(task, 0), succeeded(task, ms)]);
        const { durationMs } = stepDurations([
          runOf(
            lengths.map(() => 'a'),
            events,
          ),
        ]);
        const middle = durationMs.get('a') ?? NaN;
        expect(lengths.filter((ms) => ms < middle - 0.5).length).toBeLessThanOrEqual(lengths.length / 2);
        expect(lengths.filter((ms) => ms > middle + 0.5).length).toBeLessThanOrEqual(lengths.length / 2);
      }),
    );
  });
});
