import fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { liveLines, type LiveFrame } from '../../../src/cli/views/live-view.ts';
import { paintedWith, plain } from '../../../src/cli/views/paint.ts';
import { taskStates } from '../../../src/state/index.ts';
import { failed, instantOf, running, succeeded } from '../support/instants.ts';

function frameOf(instant: ReturnType<typeof instantOf>, room: Partial<LiveFrame> = {}): LiveFrame {
  return { ...instant, progress: new Map(), columns: 80, rows: 24, paint: plain, ...room };
}

const halfway = {
  Reserve: succeeded(40),
  'host:1/Check': succeeded(1_500),
  'host:2/Check': running(2_000),
};

describe('the live view', () => {
  it('groups tasks by step, with hosts aside, how long they take, and what the others wait for', () => {
    expect(liveLines(frameOf(instantOf(2, halfway), { hint: 'Ctrl-C cancels.' }))).toEqual([
      'Install  run 7  RUNNING  12 s  2 of 6 done, 1 running',
      '  ✔ Reserve     40 ms',
      '  ● Check        10 s  ✔ host:1  ● host:2 2 s',
      '  · Wait               waits for Check (host:2)',
      '  · Install            waits for Wait',
      'Ctrl-C cancels.',
    ]);
  });

  it('says what failed, what is held up by it, and what is never started', () => {
    const instant = instantOf(2, {
      Reserve: succeeded(40),
      'host:1/Check': { state: 'READY' },
      'host:2/Check': failed(2_000),
    });
    expect(liveLines(frameOf(instant))).toEqual([
      'Install  run 7  RUNNING  12 s  1 of 6 done, 1 failed',
      '  ✔ Reserve     40 ms',
      '  ✖ Check         2 s  ○ host:1  ✖ host:2',
      '  · Wait               held up by Check (host:2)',
      '  · Install            waits for Wait',
    ]);
  });

  it('shows what a lone task says of its progress, and why it failed', () => {
    const progress = new Map([[0, '40 % copying']]);
    expect(liveLines(frameOf(instantOf(1, { Reserve: running(300) }), { progress }))[1]).toBe(
      '  ● Reserve    300 ms  40 % copying',
    );
    expect(liveLines(frameOf(instantOf(1, { Reserve: failed(300, 'taken\u001b[2J') })))[1]).toBe(
      '  ✖ Reserve    300 ms  FAILED taken',
    );
  });

  it('tells an automatic attempt to come, a pause, and a wait for a slot apart', () => {
    const texts = [
      instantOf(1, { Reserve: { state: 'READY', attempt: 1, retryAtMs: 1_003_000 } }),
      instantOf(1, { Reserve: { state: 'READY' } }, { state: 'PAUSED' }),
      instantOf(1, { Reserve: { state: 'READY' } }),
    ].map((instant) => liveLines(frameOf(instant))[1]?.trim());
    expect(texts).toEqual([
      '○ Reserve            next attempt in 3 s',
      '○ Reserve            paused',
      '○ Reserve            waits for a free slot',
    ]);
  });

  it('counts hosts where there is no room for all, and names first those that need a person', () => {
    const parts = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`host:${index + 1}/Check`, succeeded(900)]),
    );
    const instant = instantOf(40, { ...parts, 'host:33/Check': failed(100), 'host:7/Check': running(5_000) });
    expect(liveLines(frameOf(instant, { columns: 70 }))[2]).toBe(
      '  ✖ Check        10 s  38 of 40 done  ✖ host:33  ● host:7 5 s',
    );
  });

  it('keeps the steps at work in sight when there are more steps than rows', () => {
    const instant = instantOf(1, {
      Reserve: succeeded(1),
      'host:1/Check': succeeded(1),
      Wait: succeeded(1),
      'host:1/Install': running(500),
    });
    expect(liveLines(frameOf(instant, { rows: 5 }))).toEqual([
      'Install  run 7  RUNNING  12 s  3 of 4 done, 1 running',
      '  … 3 more steps above',
      '  ● Install    500 ms  ● host:1 500 ms',
    ]);
  });

  it('never is wider or higher than the terminal, whatever the states, in colour or not', () => {
    const states = fc.constantFrom(...taskStates);
    const frames = fc.record({
      hosts: fc.integer({ min: 1, max: 30 }),
      columns: fc.integer({ min: 1, max: 120 }),
      rows: fc.integer({ min: 1, max: 40 }),
      isColoured: fc.boolean(),
      states: fc.array(states, { minLength: 64, maxLength: 64 }),
    });
    fc.assert(
      fc.property(frames, ({ hosts, columns, rows, isColoured, states: drawn }) => {
        const instant = instantOf(hosts, {});
        const tasks = instant.snapshot.tasks.map((task, index) => ({
          ...task,
          ...running(1_500),
          state: drawn[index] ?? 'PENDING',
        }));
        const frame = frameOf(
          { ...instant, snapshot: { ...instant.snapshot, tasks } },
          { columns, rows, paint: paintedWith(isColoured), hint: 'A hint that is longer than some terminals are wide' },
        );
        const lines = liveLines(frame);
        expect(lines.length).toBeLessThanOrEqual(Math.max(4, rows));
        for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
