import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sandboxUp } from './support/fleet.ts';
import { contentOf, emptyDirectory, precede } from './support/precede.ts';

const timeoutMs = 120_000;

/** Hosts, store and all else, but for the logs of what hosts and database were asked. */
function worldIn(cwd: string): ReadonlyMap<string, string> {
  const isLog = (name: string): boolean => /(?:commands|sql|keeper|observer|rootservice)\.log$/.test(name);
  return new Map([...contentOf(cwd)].filter(([name]) => !isLog(name)));
}

it(
  'a check reads hosts, database, inventory and store, and leaves them to the byte as they were',
  { timeout: timeoutMs },
  async () => {
    const cwd = emptyDirectory();
    const { dir } = await sandboxUp(cwd, '--hosts', '3');
    const fleet = ['--sandbox-dir', dir, '--zone', 'zone2', '--store', 'runs.db'];
    expect(await precede(['run', 'add-ob-server', '--hosts', '1', ...fleet], { cwd })).toMatchObject({ status: 0 });
    const [packageFile = ''] = readdirSync(join(dir, 'packages'));
    const home = join(dir, 'hosts', '2', 'root', 'home', 'admin', 'oceanbase');
    execFileSync(join(dir, 'hosts', '2', 'bin', 'rpm'), ['-i', '--prefix', home, join(dir, 'packages', packageFile)]);

    const before = worldIn(cwd);
    const check = ['plan', 'add-ob-server', '--check', ...fleet, '--format', 'json'];
    const checked = await precede([...check, '--hosts', '2,3'], { cwd });
    expect(worldIn(cwd)).toEqual(before);
    expect(checked).toMatchObject({ status: 0, stderr: '' });
    const { problems, tasks } = JSON.parse(checked.stdout) as {
      problems: unknown[];
      tasks: { key: string; finding: { kind: string } }[];
    };
    const kinds = Object.fromEntries(tasks.map(({ key, finding }) => [key, finding.kind]));
    expect(problems).toEqual([]);
    expect(kinds).toMatchObject({
      'host:2/Install rpm': 'done',
      'host:3/Install rpm': 'needed',
      'Sync cluster info': 'needed',
    });

    // Host 1 is taken: that would stop the run, and is told with an exit code of its own.
    const taken = await precede([...check, '--hosts', '1,2'], { cwd });
    expect(taken.status).toBe(1);
    expect(JSON.parse(taken.stdout)).toMatchObject({ problems: [{ code: 'HOST_IN_USE', tasks: [] }] });
    expect(worldIn(cwd)).toEqual(before);
  },
);
