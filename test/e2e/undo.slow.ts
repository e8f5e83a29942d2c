import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, precede, type Ended } from './support/precede.ts';

const timeoutMs = 60_000;

/** Each host's step is undone as long as there is no file that says it is gone; the last task fails. */
const text = `
import { defineWorkflow } from 'precede';
import { existsSync } from 'node:fs';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Hosts',
  version: '1',
  input: z.object({}),
  declare(flow) {
    const steps = flow.forEach(['host:1', 'host:2'], (host) => flow.task('Step', {
      limits: [host],
      run: () => 1,
      undo: () => {
        if (existsSync(host)) throw new Error(host + ' is gone');
      },
    }), { key: (host) => host });
    flow.task('Last', { upstream: [steps], run: () => Promise.reject(new Error('it broke')) });
  },
});
`;

async function failedRun() {
  const cwd = emptyDirectory();
  writeFileSync(join(cwd, 'hosts.ts'), text);
  const act = (...args: readonly string[]): Promise<Ended> => precede(args, { cwd });
  expect((await act('run', './hosts.ts')).status).toBe(1);
  writeFileSync(join(cwd, 'host:2'), '');
  return { act, comesBack: () => rmSync(join(cwd, 'host:2')) };
}

describe.concurrent('a rollback with a host that is gone', () => {
  it(
    'fails there, and ends with 0 once that undo is retried',
    async () => {
      const { act, comesBack } = await failedRun();
      expect(await act('rollback', '1')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('precede skip 1 2 --store'),
      });
      comesBack();
      const retried = await act('retry', '1');
      expect(retried).toMatchObject({ status: 0, stdout: expect.stringContaining('ROLLED_BACK') });
    },
    timeoutMs,
  );

  it(
    'goes on without it when that undo is skipped',
    async () => {
      const { act } = await failedRun();
      expect((await act('rollback', '1')).status).toBe(1);
      expect(await act('skip', '1', '2', '--by', 'ops')).toMatchObject({ status: 0 });
      const story = await act('show', '1', '--story', '--format', 'json');
      expect(JSON.parse(story.stdout)).toContainEqual(
        expect.objectContaining({ type: 'undo-skipped', task: { number: 2, key: 'host:2/Step' }, by: 'ops' }),
      );
    },
    timeoutMs,
  );

  it(
    'leaves it out from the start, wherever the flag stands',
    async () => {
      const { act } = await failedRun();
      expect(await act('rollback', '--without', 'host:2', '1')).toMatchObject({ status: 0 });
      const shown = await act('show', '1');
      expect(shown.stdout).toMatch(/SKIPPED +Step \(host:2\)/);
      expect(shown.stdout).toMatch(/ROLLED_BACK +Step \(host:1\)/);
    },
    timeoutMs,
  );
});
