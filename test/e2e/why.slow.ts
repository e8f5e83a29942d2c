import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { sqliteStore } from '../../src/store/index.ts';
import { drawnWorkflow } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { emptyDirectory, precede } from './support/precede.ts';

const timeoutMs = 60_000;

/** A run of this process, in a store that other processes look into. */
async function runHere(drawing: Parameters<typeof drawnWorkflow<string>>[0]) {
  const cwd = emptyDirectory();
  const file = join(cwd, 'runs.db');
  const store = sqliteStore(file);
  const engine = createEngine({ store, concurrency: 2, limits: { 'host:*': 1 } });
  const { workflow, tasks } = drawnWorkflow(drawing);
  const run = await engine.start(workflow, {});
  await quiet();
  const show = async (...args: readonly string[]) => {
    await store.flush();
    return precede(['show', String(run.id), '--store', file, ...args], { cwd });
  };
  const close = async (): Promise<void> => {
    await engine.close({ drainMs: 0 });
    await store.close();
  };
  return { engine, run, tasks, show, close };
}

/** Resolves once a body has begun. */
async function begun(task: { nextAttempt(): PromiseLike<unknown> } | undefined): Promise<void> {
  await task?.nextAttempt();
}

describe.concurrent('precede show --why', () => {
  it(
    'says from another process why the tasks of a live run wait: pause, upstreams, limits',
    async () => {
      const { engine, run, tasks, show, close } = await runHere({
        first: { limits: ['host:1'] },
        second: { limits: ['host:1'] },
        third: [],
        last: ['first'],
      });
      await Promise.all([begun(tasks['first']), begun(tasks['third'])]);
      const live = await show('--why');
      expect(live).toMatchObject({ status: 0, stderr: '' });
      expect(live.stdout).toMatch(/^Drawn {2}run 1 {2}RUNNING$/m);
      expect(live.stdout).toMatch(
        /^2 {2}○ READY +second +waits for the limit host:1, held by first; who of other runs/m,
      );
      expect(live.stdout).toMatch(/^4 {2}· PENDING +last +waits for first, RUNNING$/m);
      await engine.pause(run.id, { by: 'ops' });
      const paused = await show('--why', '--format', 'json');
      const reason = { kind: 'paused', by: 'ops' };
      expect(JSON.parse(paused.stdout)).toMatchObject({
        runId: 1,
        state: 'PAUSED',
        tasks: [
          { number: 2, key: 'second', state: 'READY', reason, text: expect.stringContaining('paused by ops since') },
          { number: 4, key: 'last', state: 'PENDING', reason: { kind: 'upstreams' } },
        ],
      });
      const one = await show('--why', 'first');
      expect(one.stdout).toMatch(/^1 {2}● RUNNING {2}first {2}is RUNNING, attempt 1, for /m);
      for (const task of ['first', 'third']) await tasks[task]?.attempts[0]?.succeed();
      await close();
    },
    timeoutMs,
  );

  it(
    'says after the end what kept tasks from starting, and when nothing waits',
    async () => {
      const { run, tasks, show, close } = await runHere({ a: [], b: ['a'], c: ['b'] });
      await tasks['a']?.nextAttempt().fail(new Error('it broke'));
      await run.outcome();
      const failed = await show('--why');
      expect(failed.stdout).toMatch(
        /^3 {2}· PENDING {2}c {2}never started: the run ended FAILED; it needs a, FAILED$/m,
      );
      const one = await show('--why', '1', '--format', 'json');
      expect(JSON.parse(one.stdout)).toMatchObject({
        tasks: [{ number: 1, key: 'a', reason: { kind: 'settled', state: 'FAILED', error: { message: 'it broke' } } }],
      });
      const unknown = await show('--why', 'nobody');
      expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('error[UNKNOWN_TASK]') });
      const both = await show('--why', '--watch');
      expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('error[CONFLICTING_OPTION]') });
      await close();
      const done = await runHere({ a: [] });
      await done.tasks['a']?.nextAttempt().succeed();
      await done.run.outcome();
      expect((await done.show('--why')).stdout).toContain('No task of it waits.');
      await done.close();
    },
    timeoutMs,
  );
});

const workflowText = `
import { defineWorkflow } from 'precede';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Wait',
  version: '1',
  input: z.object({}),
  declare(flow) {
    flow.task('Never ends', { estimateMs: 100, run: (context) => new Promise((_, reject) => {
      const timer = setInterval(() => undefined, 1_000);
      context.signal.addEventListener('abort', () => { clearInterval(timer); reject(context.signal.reason); });
    }) });
  },
});
`;

describe.concurrent('precede run --deadline', () => {
  it(
    'cancels the run when its time is over, after it was warned of as slow; the page shows the deadline',
    async () => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'wait.ts'), workflowText);
      const run = await precede(['run', './wait.ts', '--deadline', '1.5s'], { cwd });
      expect(run.status).toBe(1);
      expect(run.stdout).toMatch(/ SLOW +Never ends {2}runs for \d+ ms, estimated 100 ms$/m);
      expect(run.stdout).toMatch(/run 1: CANCELLED/);
      expect(run.stderr).toContain('was cancelled by the run deadline');
      expect((await precede(['show', '1'], { cwd })).stdout).toMatch(/^ {2}deadline {2}1.5 s$/m);
      const logs = await precede(['logs', '1', 'Never ends'], { cwd });
      expect(logs.stdout).toContain('it was estimated to take 100 ms');
    },
    timeoutMs,
  );

  it.each(['30', '2w', 'soon', '0s'])(
    'of %s is refused, and nothing is started',
    async (deadline) => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'wait.ts'), workflowText);
      const run = await precede(['run', './wait.ts', '--deadline', deadline], { cwd });
      expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('error[INVALID_ARGUMENT]') });
      expect(run.stderr).toContain(`'${deadline}'`);
      expect((await precede(['list'], { cwd })).status).toBe(2);
    },
    timeoutMs,
  );
});
