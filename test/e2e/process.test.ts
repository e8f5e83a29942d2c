import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { emptyDirectory, endOf, launcher, precede, processesNaming, spawnPrecede } from './support/precede.ts';

const timeoutMs = 60_000;

/** Greets everybody after the host is there; with `wait` it never ends by itself, with `deaf` not even when it is asked to. */
const workflowText = `
import { defineWorkflow } from 'precede';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Greet \\u001b[31mred\\u0007',
  version: '1',
  input: z.object({ names: z.array(z.string()).min(1), wait: z.boolean().default(false), deaf: z.boolean().default(false) }),
  declare(flow, { names, wait, deaf }) {
    const host = flow.task('Host', { run: () => ({ word: 'hello' }) });
    flow.forEach(names, (name) => flow.task('Greet', {
      upstream: { host },
      run: async (context) => {
        context.log.info(context.upstream.host.word + ' ' + name + ' \\u001b]0;title\\u0007');
        if (!wait) return name;
        await new Promise((_, reject) => {
          const timer = setInterval(() => undefined, 1_000);
          if (!deaf) context.signal.addEventListener('abort', () => { clearInterval(timer); reject(context.signal.reason); });
        });
      },
    }), { key: (name) => name });
  },
});
`;

/** A directory outside of any package, with the workflow and two inputs. */
function workplace(): string {
  const cwd = emptyDirectory();
  writeFileSync(join(cwd, 'greet.ts'), workflowText);
  writeFileSync(join(cwd, 'input.json'), JSON.stringify({ names: ['Ada', 'Lin'] }));
  writeFileSync(join(cwd, 'wait.json'), JSON.stringify({ names: ['Ada', 'Lin'], wait: true }));
  return cwd;
}

describe.concurrent('a workflow file outside of any package', () => {
  it(
    'is planned and run, and its run is found again by later commands',
    async () => {
      const cwd = workplace();
      const plan = await precede(['plan', './greet.ts', '--input', '-', '--format', 'mermaid'], {
        cwd,
        input: '{"names":["Ada"]}',
      });
      expect(plan).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('flowchart TD') });
      const run = await precede(
        ['run', './greet.ts', '--input', 'input.json', '--by', 'ops', '--idempotency-key', 'k1'],
        { cwd },
      );
      expect(run).toMatchObject({ status: 0, stderr: '' });
      const again = await precede(
        ['run', './greet.ts', '--input', 'input.json', '--idempotency-key', 'k1', '--format', 'json'],
        { cwd },
      );
      expect(again.status).toBe(0);
      expect(JSON.parse(again.stdout)).toMatchObject({ id: 1, status: 'SUCCESS' });
      const list = await precede(['list', '--format', 'json'], { cwd });
      expect(JSON.parse(list.stdout)).toMatchObject([
        { id: 1, state: 'SUCCESS', by: 'ops', workflowSource: join(cwd, 'greet.ts') },
      ]);
      expect((await precede(['list', '--state', 'failed'], { cwd })).stdout).toBe('There are no such runs.\n');
      const elsewhere = emptyDirectory();
      const env = { PRECEDE_STORE: join(cwd, '.precede', 'store.db') };
      expect((await precede(['show', '1', '--format', 'json'], { cwd: elsewhere, env })).stdout).toBe(again.stdout);
      expect((await precede(['graph', '1', '--format', 'text'], { cwd: elsewhere, env })).stdout).toMatch(
        /^3 +SUCCESS +Greet \(Lin\) +<- 1$/m,
      );
      expect((await precede(['graph', '1', '--format', 'dot'], { cwd: elsewhere, env })).stdout).toContain('t1 -> t3');
    },
    timeoutMs,
  );

  it(
    'brings nothing into a terminal view that a terminal would act on',
    async () => {
      const cwd = workplace();
      const run = await precede(['run', './greet.ts', '--input', 'input.json'], { cwd });
      const shown = [
        run,
        await precede(['show', '1'], { cwd }),
        await precede(['list'], { cwd }),
        await precede(['logs', '1'], { cwd }),
      ];
      for (const { stdout, stderr } of shown) expect(stdout + stderr).not.toMatch(/(?!\n)\p{Cc}/u);
      expect(run.stdout).toContain('Greet red, run 1: SUCCESS');
      expect(shown.at(-1)?.stdout).toMatch(/Greet \(Ada\) hello Ada *$/m);
      const json = await precede(['logs', '1', 'Ada/Greet', '--format', 'json'], { cwd });
      expect(
        json.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as object),
      ).toMatchObject([{ task: 2, key: 'Ada/Greet', attempt: 1, level: 'info' }]);
    },
    timeoutMs,
  );
});

describe.concurrent('signals', () => {
  it(
    'cancel the run at the first, and the commands to go on are told; retry takes it up again',
    async () => {
      const cwd = workplace();
      const child = spawnPrecede(['run', './greet.ts', '--input', 'wait.json', '--format', 'json'], { cwd });
      const ended = endOf(child);
      await untilPrinted(child.stderr, /RUNNING +Greet \(Lin\)/);
      // From another terminal: the process that has the run does it.
      expect(await precede(['pause', '1', '--by', 'ops'], { cwd })).toMatchObject({ status: 0, stderr: '' });
      const refused = await precede(['pause', '1'], { cwd });
      expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('it is PAUSED') });
      // As npm and timeout(1) do it: one wish, told twice.
      child.kill('SIGINT');
      child.kill('SIGTERM');
      const { status, stdout, stderr } = await ended;
      expect(status).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        status: 'FAILED',
        tasks: [{ status: 'SUCCESS' }, { operation: 'CANCEL' }, { operation: 'CANCEL' }],
      });
      expect(stderr).toContain('precede retry 1 --store');
      const retry = spawnPrecede(['retry', '1'], { cwd });
      const retryEnd = endOf(retry);
      await untilPrinted(retry.stdout, /RUNNING +Greet \(Lin\) +attempt 2/);
      retry.kill('SIGTERM');
      expect((await retryEnd).status).toBe(1);
    },
    timeoutMs,
  );

  it(
    'end the process at once at the second, and nothing of its sandbox is left',
    async () => {
      const cwd = workplace();
      writeFileSync(join(cwd, 'deaf.json'), JSON.stringify({ names: ['Ada'], wait: true, deaf: true }));
      const args = ['run', './greet.ts', '--input', 'deaf.json', '--sandbox'];
      const child = spawnPrecede(args, { cwd, env: { TMPDIR: cwd } });
      const ended = endOf(child);
      await untilPrinted(child.stdout, /RUNNING +Greet/);
      expect(processesNaming(cwd).length).toBeGreaterThan(2);
      child.kill('SIGINT');
      await untilPrinted(child.stdout, /Cancelling run 1/);
      await vi.waitFor(() => {
        child.kill('SIGINT');
        expect(child.exitCode ?? child.signalCode).not.toBeNull();
      }, 10_000);
      // One more signal that comes while it exits, and listens no more, ends it before its status does.
      if (child.signalCode === null) expect(await ended).toMatchObject({ status: 130 });
      else expect(child.signalCode).toBe('SIGINT');
      await vi.waitFor(() => expect(processesNaming(cwd)).toEqual([]), { timeout: 15_000 });
    },
    timeoutMs,
  );
});

describe.concurrent('a task whose outcome nobody can tell', () => {
  it(
    'ends the command with its name and reason instead of waiting for ever',
    async () => {
      const cwd = emptyDirectory();
      const text = `
        import { defineWorkflow, PrecedeError } from 'precede';
        import { z } from 'zod';
        class Lost extends PrecedeError { mayHaveRun = true; }
        export default defineWorkflow({ name: 'Lost', version: '1', input: z.object({}), declare(flow) {
          const send = flow.task('Send', { run: () => { throw new Lost('LOST', { message: 'The line went dead.' }); } });
          flow.task('After', { upstream: [send], run: () => null });
        } });`;
      writeFileSync(join(cwd, 'lost.ts'), text);
      const { status, stdout, stderr } = await precede(['run', './lost.ts', '--format', 'json'], { cwd });
      expect(status).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        status: 'RUNNING',
        tasks: [{ status: 'RUNNING' }, { status: 'PENDING' }],
      });
      for (const words of ['UNKNOWN  Send', 'error[LOST]: The line went dead.', 'error[OUTCOME_UNKNOWN]', 'next: ']) {
        expect(stderr).toContain(words);
      }
    },
    timeoutMs,
  );
});

describe.concurrent('somebody who watches from another process', () => {
  it(
    'sees the run and its logs go on until it ends',
    async () => {
      const cwd = workplace();
      const child = spawnPrecede(['run', './greet.ts', '--input', 'wait.json'], { cwd });
      const ended = endOf(child);
      await untilPrinted(child.stdout, /RUNNING +Greet \(Lin\)/);
      const show = spawnPrecede(['show', '1', '--watch'], { cwd });
      const logs = spawnPrecede(['logs', '1', '3', '--follow'], { cwd });
      const watchers = [endOf(show), endOf(logs)];
      await untilPrinted(logs.stdout, /hello Lin/);
      child.kill('SIGINT');
      expect((await ended).status).toBe(1);
      const [shown, logged] = await Promise.all(watchers);
      expect(shown).toMatchObject({
        status: 0,
        stderr: '',
        stdout: expect.stringMatching(/3 +⊘ CANCELLED +Greet \(Lin\)/),
      });
      expect(logged).toMatchObject({ status: 0, stderr: '' });
      expect(logged?.stdout.split('\n')).toEqual([
        expect.stringMatching(/^#+ EXECUTE attempt 1 .* #+$/),
        expect.stringContaining('hello Lin'),
        'task 3: operation EXECUTE, state CANCELLED',
        '',
      ]);
    },
    timeoutMs,
  );
});

describe.concurrent('a reader that goes away', () => {
  it(
    'ends the output quietly',
    async () => {
      const cwd = workplace();
      const names = Array.from({ length: 2_000 }, (_, index) => `n${index}`);
      writeFileSync(join(cwd, 'many.json'), JSON.stringify({ names }));
      const command = `"$0" "$1" plan ./greet.ts --input many.json --format json; echo "status $?" >&2`;
      const child = spawn('sh', ['-c', `{ ${command}; } | head -n 1`, process.execPath, launcher], { cwd });
      const { stdout, stderr } = await endOf(child);
      expect(stdout).toBe('{\n');
      expect(stderr).toBe('status 0\n');
    },
    timeoutMs,
  );
});

const recorder = 'script';
const script = spawnSync(recorder, ['--version']);
const hasScript = script.status === 0 && script.stdout.toString().includes('util-linux');
if (!hasScript) process.stderr.write('The test at a terminal is skipped: script of util-linux is not installed.\n');

describe.runIf(hasScript)('at a terminal', () => {
  it(
    'redraws the run in place, never wider than the terminal, in colour, and gives the cursor back',
    async () => {
      const cwd = workplace();
      const columns = 44;
      const command = `stty cols ${columns} rows 12; exec "${process.execPath}" "${launcher}" run ./greet.ts --input input.json`;
      const child = spawn(recorder, ['-qec', command, join(cwd, 'typescript')], {
        cwd,
        env: { ...process.env, TERM: 'xterm-256color', NO_COLOR: '' },
      });
      expect((await endOf(child)).status).toBe(0);
      const screen = readFileSync(join(cwd, 'typescript'), 'utf8');
      expect(screen).toContain('\u001b[?25l');
      expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001b[?25l'));
      expect(screen).toContain('\u001b[32m');
      const drawn = screen.slice(screen.indexOf('\u001b[?25l'), screen.lastIndexOf('\u001b[?25h'));
      const lines = drawn.split('\n').map((line) => stripVTControlCharacters(line).replaceAll('\r', ''));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
      expect(lines).toContainEqual(expect.stringMatching(/✔ Greet .* ✔ Ada {2}✔ Lin$/));
    },
    timeoutMs,
  );
});

/** Resolves once a stream has printed something that fits; rejects when it ends before. */
async function untilPrinted(stream: NodeJS.ReadableStream | null, pattern: RegExp): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let printed = '';
  stream?.on('data', (text: string) => {
    printed += text;
    if (pattern.test(printed)) resolve(undefined);
  });
  stream?.once('end', () => reject(new Error(`this never came: ${String(pattern)}; but this did: ${printed}`)));
  await promise;
}
