import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DatabaseError, StatementFailedError } from '../../src/oceanbase/database/database-error.ts';
import { HostSessionError } from '../../src/oceanbase/host/host-session-error.ts';
import { pollUntil } from '../../src/oceanbase/poll.ts';
import type { PollClock } from '../../src/oceanbase/poll.ts';

describe('pollUntil', () => {
  it('looks in the given interval until it finds, and tells what it waits for', async () => {
    const { clock, sleeps } = virtualClock();
    const waits: string[] = [];
    const found = await pollUntil({
      what: 'server to serve',
      probe: async ({ count }) => (count < 4 ? { waiting: `look ${count}` } : { done: 'serving' }),
      intervalMs: 1_000,
      timeoutMs: 60_000,
      clock,
      onWaiting: (waiting) => waits.push(waiting),
    });
    expect(found).toBe('serving');
    expect(sleeps).toEqual([1_000, 1_000, 1_000]);
    expect(waits).toEqual(['look 1', 'look 2', 'look 3']);
  });

  it('takes failures of the way to a server as not yet', async () => {
    const { clock } = virtualClock();
    const failures = [
      new DatabaseError('DB_REFUSED', { message: 'refused', mayHaveRun: false }),
      new DatabaseError('DB_CONNECTION_LOST', { message: 'lost', mayHaveRun: true }),
      new DatabaseError('DB_TIMEOUT', { message: 'frozen', mayHaveRun: true }),
      new HostSessionError('SSH_REFUSED', { hostId: 1, message: 'refused', mayHaveRun: false }),
    ];
    const probe = async ({ count }: { count: number }): Promise<{ done: number }> => {
      const failure = failures[count - 1];
      if (failure) throw failure;
      return { done: count };
    };
    expect(await pollUntil({ what: 'it', probe, timeoutMs: 60_000, clock })).toBe(5);
  });

  it('lets every other error through at once', async () => {
    const { clock, sleeps } = virtualClock();
    const denied = new DatabaseError('DB_ACCESS_DENIED', { message: 'denied', mayHaveRun: false });
    const refused = new StatementFailedError({ message: 'no', errno: 4668, sqlState: 'HY000', statement: 'x' });
    for (const error of [denied, refused, new TypeError('bug')]) {
      const probe = (): Promise<never> => Promise.reject(error);
      await expect(pollUntil({ what: 'it', probe, timeoutMs: 60_000, clock })).rejects.toBe(error);
    }
    expect(sleeps).toEqual([]);
  });

  it('gives up at the set time, with a last look then, and says what was missing', async () => {
    const { clock, sleeps } = virtualClock();
    const looks: number[] = [];
    const waited = pollUntil({
      what: 'server 10.0.0.5 to serve',
      probe: async ({ remainingMs }) => {
        looks.push(remainingMs);
        return { waiting: 'status ACTIVE, no start-of-service time' };
      },
      intervalMs: 400,
      timeoutMs: 1_000,
      clock,
    });
    await expect(waited).rejects.toMatchObject({
      code: 'POLL_TIMEOUT',
      message:
        'Waiting for server 10.0.0.5 to serve was not seen within 1000 ms; ' +
        'last seen: status ACTIVE, no start-of-service time',
    });
    expect(sleeps).toEqual([400, 400, 200]);
    expect(looks).toEqual([1_000, 600, 200, 1]);
  });

  it('stops when its caller aborts during a pause, and leaves no listener behind', async () => {
    const controller = new AbortController();
    const probe = async (): Promise<{ waiting: string }> => ({ waiting: 'nothing' });
    const waited = pollUntil({
      what: 'it',
      probe,
      intervalMs: 600_000,
      timeoutMs: 1_000_000,
      signal: controller.signal,
      onWaiting: () => setImmediate(() => controller.abort()),
    });
    await expect(waited).rejects.toMatchObject({ code: 'POLL_ABORTED' });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('does not look for a caller who gave up before, or during a look', async () => {
    const never = (): Promise<never> => expect.unreachable();
    const aborted = AbortSignal.abort();
    await expect(pollUntil({ what: 'it', probe: never, timeoutMs: 10, signal: aborted })).rejects.toMatchObject({
      code: 'POLL_ABORTED',
    });
    const controller = new AbortController();
    const probe = async (): Promise<{ waiting: string }> => {
      controller.abort();
      return { waiting: 'nothing' };
    };
    const { signal } = controller;
    const waited = pollUntil({ what: 'it', probe, intervalMs: 600_000, timeoutMs: 1_000_000, signal });
    await expect(waited).rejects.toMatchObject({ code: 'POLL_ABORTED' });
  });

  it('never spins, whatever the interval', async () => {
    const { clock, sleeps } = virtualClock();
    const probe = async (): Promise<{ waiting: string }> => ({ waiting: 'nothing' });
    await expect(pollUntil({ what: 'it', probe, intervalMs: 0, timeoutMs: 5, clock })).rejects.toThrow();
    expect(sleeps).toEqual([1, 1, 1, 1, 1]);
  });
});

function virtualClock(): { clock: PollClock; sleeps: number[] } {
  let nowMs = 0;
  const sleeps: number[] = [];
  const sleep = async (ms: number): Promise<void> => {
    sleeps.push(ms);
    nowMs += ms;
  };
  return { clock: { nowMs: () => nowMs, sleep }, sleeps };
}
