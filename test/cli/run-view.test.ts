import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Output } from '../../src/cli/output.ts';
import { showRun } from '../../src/cli/run-view.ts';
import { plain } from '../../src/cli/views/paint.ts';
import { setup } from '../support/setup.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A terminal that keeps what it was last sent. */
function terminalOf(isLive: boolean) {
  const sent: string[] = [];
  const output: Output = {
    isLive,
    paint: plain,
    gone: new AbortController().signal,
    columns: () => 120,
    rows: () => 24,
    write: (text) => sent.push(text),
    pieces: async (pieces) => void sent.push(...pieces),
    lines: (lines) => sent.push(...lines),
  };
  return { output, sent };
}

const hint = 'Ctrl-C cancels the run.';
const warning = 'a runs for 300 ms, estimated 100 ms';

describe('a slow task', () => {
  it('stands below the live view until it ends, unless something else was said', async () => {
    const { engine, run, clock, tasks } = await setup({ a: { estimateMs: 100 }, b: [] });
    const { output, sent } = terminalOf(true);
    const view = showRun(engine, run, output, hint);
    const drawn = (): string => {
      sent.length = 0;
      vi.advanceTimersByTime(10_000);
      return sent.join('');
    };
    expect(sent.join('')).toContain(hint);
    await clock.advance(300);
    expect(drawn()).toContain(warning);
    await tasks.a.nextAttempt().succeed();
    const after = drawn();
    expect(after).toContain(hint);
    expect(after).not.toContain(warning);
    view.say('Cancelling run 1.');
    expect(drawn()).toContain('Cancelling run 1.');
    view.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is a line where nothing can be redrawn', async () => {
    const { engine, run, clock } = await setup({ a: { estimateMs: 100 } });
    const { output, sent } = terminalOf(false);
    const view = showRun(engine, run, output, hint);
    await clock.advance(300);
    expect(sent).toEqual([expect.stringMatching(/ SLOW +a {2}runs for 300 ms, estimated 100 ms$/)]);
    view.end();
    await engine.cancel(run.id);
    expect(sent).toHaveLength(1);
  });
});
