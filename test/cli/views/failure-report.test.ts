import { describe, expect, it } from 'vitest';
import { failureReport } from '../../../src/cli/views/failure-report.ts';
import { plain } from '../../../src/cli/views/paint.ts';
import { plainChanges, plainLine } from '../../../src/cli/views/plain-lines.ts';
import { failed, instantOf, nowMs, running } from '../support/instants.ts';

describe('the report of a failure', () => {
  it('tells each task at fault with its host, reason, cause, next step and last lines', () => {
    const cause = { code: 'ENOSPC', message: 'write failed' };
    const part = failed(2_000);
    const error = { code: 'DISK_FULL', message: 'first\nsecond\u001b[2J', next: 'Make room.', cause };
    const { snapshot, table } = instantOf(2, { 'host:2/Install': { ...part, error } });
    expect(
      failureReport({
        snapshot,
        table,
        lastLines: new Map([[6 - 1, ['$ rpm -i', 'rpm: \u0007no space']]]),
        paint: plain,
      }),
    ).toEqual([
      '',
      'FAILED  Install on host:2  (task 6, key "host:2/Install")',
      '  error[DISK_FULL]: first',
      '    second',
      '  caused by [ENOSPC]: write failed',
      '  next: Make room.',
      '  last lines of its log:',
      '  | $ rpm -i',
      '  | rpm: no space',
    ]);
  });

  it('tells a hundred of many and says that there may be more', () => {
    const parts = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`host:${index + 1}/Check`, failed(5)]));
    const { snapshot, table } = instantOf(130, parts);
    const lines = failureReport({ snapshot, table, lastLines: new Map(), paint: plain });
    expect(lines.filter((line) => line.startsWith('FAILED'))).toHaveLength(100);
    expect(lines.at(-1)).toContain('precede show');
  });
});

describe('lines where nothing can be redrawn', () => {
  const { table } = instantOf(1, {});

  it('tell the state, the host, how long it took and why it failed', () => {
    const at = { task: 1, atMs: nowMs, attempt: 2, startedAtMs: nowMs - 1_500 };
    expect(plainLine({ ...at, to: 'RUNNING' }, table, plain)).toMatch(
      /^[\d:.]{12} {2}RUNNING {10}Check \(host:1\) {2}attempt 2$/,
    );
    expect(plainLine({ ...at, to: 'SUCCESS' }, table, plain)).toMatch(/ {2}SUCCESS {10}Check \(host:1\) {2}1\.5 s$/);
    const error = { code: 'X', message: 'not\nyet' };
    expect(plainLine({ ...at, to: 'READY', error, retryAtMs: nowMs + 2_000 }, table, plain)).toMatch(
      / {2}READY .* {2}\[X\] not yet {2}next attempt in 2 s$/,
    );
    expect(plainLine({ ...at, to: 'READY' }, table, plain)).toBeUndefined();
  });

  it('tell what is different between two looks, once', () => {
    const before = instantOf(1, { Reserve: running(10) }).snapshot;
    const now = instantOf(1, { Reserve: failed(10) }).snapshot;
    expect(plainChanges(before, now, { table, paint: plain })).toEqual([
      expect.stringMatching(/FAILED +Reserve +10 ms +\[DISK_FULL\] no space left$/),
    ]);
    expect(plainChanges(now, now, { table, paint: plain })).toEqual([]);
  });
});
