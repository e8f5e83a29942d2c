import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { emptyDirectory, launcher, precede, processesNaming } from './support/precede.ts';

/** A Node on the PATH that is too old for the command, which then runs under the checkout's own. */
function oldNode(): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return places.find((node) => existsSync(node) && isOld(realpathSync(node)));
}

function isOld(node: string): boolean {
  return Number(execFileSync(node, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' })) < 22;
}

const node = oldNode();
if (node === undefined)
  process.stderr.write('left out: no Node older than 22 is on the PATH to start the command with\n');

it.skipIf(node === undefined)(
  'a command that runs under another Node than it was started with ends with the process that was started',
  async () => {
    const cwd = emptyDirectory();
    const workflow = join(cwd, 'waits.json');
    writeFileSync(
      join(cwd, 'waits.ts'),
      `import { defineWorkflow } from 'precede';
import { z } from 'zod';
export default defineWorkflow({
  name: 'Waits', version: '1', input: z.unknown(),
  declare: (flow) => void flow.task('Wait', { repeatable: true, run: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))) }),
});\n`,
    );
    writeFileSync(workflow, '{}');
    const store = join(cwd, 'runs.db');
    const args = [launcher, 'run', './waits.ts', '--input', workflow, '--store', store];
    const child = spawn(node ?? '', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await vi.waitFor(() => expect(printed).toMatch(/RUNNING +Wait/), { timeout: 20_000 });
    expect(processesNaming(store).length).toBe(2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await vi.waitFor(() => expect(processesNaming(store)).toEqual([]), { timeout: 5_000 });
    const cancelled = await precede(['cancel', '1', '--store', store], { cwd });
    expect(cancelled).toMatchObject({ status: 1, stdout: expect.stringContaining('CANCELLED') });
  },
  60_000,
);
