import { describe, expect, it } from 'vitest';
import { batchStages, enveloped, stagedChildren } from '../ocp/answers.ts';
import { emptyDirectory, precede } from './support/precede.ts';
import { expectRefused, refusedIn } from './support/refused.ts';

const batch = {
  ...{ id: 7, name: 'Batch add arbitration service', status: 'RUNNING', operation: 'EXECUTE', creator: 'admin' },
  subtasks: stagedChildren(batchStages),
};

describe.concurrent('a documented task on standard input', { timeout: 60_000 }, () => {
  it('is read to its end, however slowly that comes', async () => {
    // More than a pipe holds at once.
    const long = { ...batch, subtasks: stagedChildren(Array.from({ length: 3_000 }, () => ['step', 1] as const)) };
    const { status, stdout } = await precede(['graph', '--from-task', '-', '--format', 'text'], {
      cwd: emptyDirectory(),
      input: JSON.stringify(long),
    });
    expect(status).toBe(0);
    expect(stdout).toContain('in standard input.\n');
    expect(stdout).toMatch(/^3000 {2}3099 {2}PENDING {10}step {2}<- 2999$/m);
  });

  it('is refused with every problem and its path, and nothing is written', async () => {
    const subtasks = batch.subtasks.map((child, at) => (at === 2 ? { ...child, downstreams: [103, 999] } : child));
    const input = JSON.stringify(enveloped({ ...batch, status: 'SUCCEED', subtasks }));
    expectRefused(
      await refusedIn(emptyDirectory(), ['plan', '--from-task', '-'], input),
      'INVALID_TASK_INFO',
      'error[UNKNOWN_ID]: data.subtasks[2].downstreams[1] is 999',
      'error[ONE_SIDED_EDGE]: data.subtasks[4].upstreams[0] is 102',
      'error[UNKNOWN_STATUS]: data.status is "SUCCEED"',
    );
  });
});
