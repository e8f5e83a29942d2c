import { describe, expect, it } from 'vitest';
import { dateText } from '../../../src/cli/views/clock-text.ts';
import { plain } from '../../../src/cli/views/paint.ts';
import { slowLine } from '../../../src/cli/views/plain-lines.ts';
import { whyText } from '../../../src/cli/views/why-text.ts';
import type { WaitReason } from '../../../src/state/index.ts';
import { instantOf, nowMs } from '../support/instants.ts';

const { table } = instantOf(2, {});
const view = { runId: 7, table, nowMs };
const at = dateText(nowMs);
const error = { code: 'DISK_FULL', message: 'no space\u001b[31m left' };
//  1 Reserve, 2 and 3 Check, 4 Wait, 5 and 6 Install
const failed = { number: 2, key: 'host:1/Check', state: 'FAILED' } as const;
const slowest = { number: 3, key: 'host:2/Check', state: 'RUNNING' } as const;

const told: readonly [WaitReason, string][] = [
  [{ kind: 'running', state: 'RUNNING', attempt: 2, sinceMs: nowMs - 3_000 }, 'is RUNNING, attempt 2, for 3 s'],
  [{ kind: 'running', state: 'ROLLING_BACK', attempt: 1 }, 'its undo is under way'],
  [{ kind: 'settled', state: 'SUCCESS' }, 'waits for nothing: it is SUCCESS'],
  [{ kind: 'settled', state: 'FAILED', error }, 'waits for nothing: it is FAILED: [DISK_FULL] no space left'],
  [{ kind: 'unknown' }, 'waits to be resolved: whether its effect happened is not known'],
  [
    { kind: 'run-ended', state: 'FAILED', brokenBy: failed },
    'never started: the run ended FAILED; it needs Check (host:1), FAILED',
  ],
  [{ kind: 'run-ended', state: 'CANCELLED', by: 'ops' }, 'never started: the run was cancelled by ops'],
  [{ kind: 'left-alone' }, 'never ran, so the rollback leaves it alone'],
  [{ kind: 'downstreams', downstreams: [slowest] }, 'its undo waits for that of Check (host:2), RUNNING'],
  [{ kind: 'stopped', why: 'the disk is full' }, 'is not started any more: the disk is full'],
  [
    { kind: 'cancelled', by: 'the run deadline', sinceMs: nowMs },
    `is not started: the run is being cancelled by the run deadline since ${at}`,
  ],
  [
    { kind: 'upstreams', upstreams: [failed, slowest], brokenBy: failed },
    'waits for Check (host:1), FAILED, Check (host:2), RUNNING',
  ],
  [
    { kind: 'upstreams', upstreams: [{ number: 4, key: 'Wait', state: 'PENDING' }], brokenBy: failed },
    'waits for Wait, PENDING; held up by Check (host:1), FAILED',
  ],
  [
    { kind: 'failure', policy: 'finish-running', failed },
    'is not started: Check (host:1), FAILED is in the way (policy finish-running)',
  ],
  [{ kind: 'paused' }, 'the run is paused'],
  [{ kind: 'paused', by: 'ops', sinceMs: nowMs }, `the run is paused by ops since ${at}`],
  [
    { kind: 'backoff', untilMs: nowMs + 5_000, attempt: 2, error },
    `waits for attempt 2, due at ${dateText(nowMs + 5_000)}, in 5 s: [DISK_FULL] no space left`,
  ],
  [{ kind: 'backoff', untilMs: nowMs, attempt: 2 }, `waits for attempt 2, due at ${at}`],
  [{ kind: 'starting' }, 'is about to start'],
  [
    {
      kind: 'limit',
      limit: 'host:*',
      size: 2,
      holders: [
        { runId: 7, number: 3, key: 'host:2/Check' },
        { runId: 8, number: 3, key: 'Other' },
      ],
      isWhole: true,
    },
    'waits for the limit host:*, which is full (2 of 2): held by Check (host:2), Other of run 8',
  ],
  [
    { kind: 'limit', limit: 'x', holders: [{ runId: 7, number: 1, key: 'Reserve' }], isWhole: false },
    'waits for the limit x, held by Reserve; who of other runs holds it is known only where the run runs',
  ],
  [{ kind: 'slot', slots: { of: 'engine', inUse: 16, size: 16 } }, 'waits for a free slot: 16 of 16 are in use'],
  [
    { kind: 'slot', slots: { of: 'host-queue', inUse: 4, size: 4, waiting: 9, isPaused: false } },
    "waits in the host program's queue, in which 9 wait: 4 of 4 are in use",
  ],
  [
    { kind: 'slot', slots: { of: 'host-queue', inUse: 0, waiting: 1, isPaused: true } },
    "waits in the host program's queue, which is paused: 0 are in use",
  ],
  [
    { kind: 'slot', slots: { of: 'unknown' } },
    'waits for a free slot, or for a limit that other runs hold: which of them is known only where the run runs',
  ],
];

describe('why a task waits, in words', () => {
  it.each(told)('%o', (reason, text) => {
    expect(whyText(view, reason)).toBe(text);
  });

  it('names some of many, and counts the rest', () => {
    const upstreams = Array.from({ length: 9 }, (_, n) => ({ ...slowest, number: n + 100, key: `t${n}` }));
    expect(whyText(view, { kind: 'upstreams', upstreams })).toBe(
      'waits for t0, RUNNING, t1, RUNNING, t2, RUNNING, t3, RUNNING and 5 more',
    );
  });
});

it('a slow attempt is one line where nothing can be redrawn', () => {
  const step = { task: 2, atMs: nowMs, elapsedMs: 90_000, estimateMs: 30_000 };
  expect(slowLine(step, table, plain)).toMatch(
    /^\S+ {2}SLOW {13}Check \(host:2\) {2}runs for 1 min 30 s, estimated 30 s$/,
  );
});
