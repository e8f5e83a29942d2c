import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sandboxUp } from './support/fleet.ts';
import { contentOf, emptyDirectory, precede } from './support/precede.ts';
import { infoOf, stagesOf } from './support/task-info.ts';

const timeoutMs = 180_000;

describe('a host whose disk is full', () => {
  it(
    'fails at its Install rpm, lets the others finish, frees the cluster, and tells how to go on',
    async () => {
      const cwd = emptyDirectory();
      const { dir } = await sandboxUp(cwd, '--hosts', '4', '--fault', 'host:2=disk-full');
      const store = ['--store', join(cwd, 'runs.db')];
      const failed = await precede(
        ['run', 'add-ob-server', '--sandbox-dir', dir, '--servers', '3', '--format', 'json', ...store],
        { cwd },
      );
      expect(failed.status).toBe(1);
      const info = infoOf(failed);
      expect(info.status).toBe('FAILED');
      expect(info.tasks.filter(({ name }) => name === 'Install rpm').map(({ status }) => status)).toEqual([
        'SUCCESS',
        'FAILED',
        'SUCCESS',
      ]);
      const later = stagesOf(info).slice(5).flat();
      expect(later).toHaveLength(28);
      expect(new Set(later.map(({ status }) => status))).toEqual(new Set(['PENDING']));
      for (const words of [
        'Install rpm on host:2',
        'error[DISK_FULL]',
        'No space left on device',
        `precede retry 1 --store ${join(cwd, 'runs.db')} --sandbox-dir ${dir}`,
        `precede skip 1 8 --store ${join(cwd, 'runs.db')} --sandbox-dir ${dir}`,
        `precede rollback 1 --store ${join(cwd, 'runs.db')} --sandbox-dir ${dir}`,
      ]) {
        expect(failed.stderr).toContain(words);
      }

      const next = await precede(
        ['run', 'add-ob-server', '--sandbox-dir', dir, '--hosts', '4', '--format', 'json', ...store],
        { cwd },
      );
      expect(next.status).toBe(0);
      expect(infoOf(next).tasks).toHaveLength(21);

      const preview = await precede(['rollback', '1', '--dry-run', '--format', 'json', ...store], { cwd });
      expect(JSON.parse(preview.stdout)).toMatchObject({
        runId: 1,
        isDryRun: true,
        tasks: expect.toSatisfy((tasks: unknown[]) => tasks.length === 9),
      });
      const retried = await precede(['retry', '1', '--sandbox-dir', dir, '--by', 'tester', ...store], { cwd });
      expect(retried.status).toBe(1);
      expect(retried.stdout).toMatch(/RUNNING +Install rpm \(host:2\) +attempt 2/);
      const rolledBack = await precede(['rollback', '1', '--sandbox-dir', dir, ...store], { cwd });
      expect(rolledBack).toMatchObject({ status: 0, stdout: expect.stringContaining('ROLLED_BACK') });
      const free = await precede(
        ['run', 'add-ob-server', '--sandbox-dir', dir, '--hosts', '1', '--format', 'json', ...store],
        { cwd },
      );
      expect(free.status).toBe(0);
    },
    timeoutMs,
  );
});

describe('a run that is refused', () => {
  it(
    'does not touch a store that is there',
    async () => {
      const cwd = emptyDirectory();
      const { dir } = await sandboxUp(cwd, '--hosts', '1');
      const run = ['run', 'add-ob-server', '--sandbox-dir', dir, '--store', 'runs.db'];
      expect((await precede([...run, '--hosts', '1'], { cwd })).status).toBe(0);
      const before = storeFiles(cwd);
      for (const wrong of [
        ['--hosts', '1'],
        ['--hosts', '9'],
        ['--hosts', '1', '--zone', 'zone9'],
        ['--hosts', '1', '--cluster', '9'],
      ]) {
        expect((await precede([...run, ...wrong], { cwd })).status).toBe(2);
        expect(storeFiles(cwd)).toEqual(before);
      }
    },
    timeoutMs,
  );
});

function storeFiles(cwd: string): ReadonlyMap<string, string> {
  return new Map([...contentOf(cwd)].filter(([name]) => !name.startsWith('fleet/')));
}
