import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contentOf, emptyDirectory, precede, processesNaming } from './support/precede.ts';

const timeoutMs = 120_000;

describe('a sandbox for one run', () => {
  it(
    'ends with the run, leaving the store, and says how to keep one',
    async () => {
      const cwd = emptyDirectory();
      const args = [
        'run',
        'add-ob-server',
        '--sandbox',
        '--servers',
        '1',
        '--fault',
        'host:1=disk-full',
        '--store',
        'runs.db',
      ];
      const ended = await precede(args, { cwd });
      expect(ended.status).toBe(1);
      expect(ended.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} +FAILED +Install rpm \(host:1\)/m);
      expect(ended.stderr).toContain('precede sandbox up --dir ./sandbox --hosts 1 --fault host:1=disk-full');
      expect(ended.stdout + ended.stderr).not.toContain('\u001b');
      const [, fleet] = /(\/\S*precede-sandbox-[^/\s']+)/.exec(ended.stderr) ?? [];
      expect(fleet).toBeDefined();
      expect(existsSync(fleet ?? '')).toBe(false);
      expect(processesNaming(fleet ?? '')).toEqual([]);
      expect([...contentOf(cwd).keys()].toSorted()).toEqual(['runs.db', 'runs.run-1.json', 'runs.run-1.log']);
    },
    timeoutMs,
  );

  it(
    'leaves nothing when the run is refused, not even a store',
    async () => {
      const cwd = emptyDirectory();
      for (const store of [[], ['--store', 'runs.db']]) {
        const refused = await precede(['run', 'add-ob-server', '--sandbox', '--hosts', '9', ...store], {
          cwd,
          env: { TMPDIR: cwd },
        });
        expect(refused).toMatchObject({ status: 2, stdout: '' });
        expect(refused.stderr).toContain('error[HOST_UNKNOWN]');
        expect([...contentOf(cwd).keys()]).toEqual([]);
      }
    },
    timeoutMs,
  );
});
