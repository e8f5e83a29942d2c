import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createEngine, sqliteStore, type Engine, type Store } from 'precede';
import { expect, it } from 'vitest';
import { loadWorkflow } from '../../src/cli/workflow-source.ts';
import { emptyDirectory, endOf, spawnPrecede } from '../e2e/support/precede.ts';
import { sizeOf, throwDice } from './support/dice.ts';
import { readJournal } from './support/journal.ts';
import { Tally } from './support/tally.ts';

const dice = throwDice();
const tally = new Tally('operators', dice);
const actionsMax = sizeOf('PRECEDE_ACTIONS', 20);
const answeredWithinMs = 1_000;
const lanes = ['a', 'b', 'c', 'd'];

/** Every lane runs until it is cancelled. */
const workflowText = `
import { defineWorkflow } from 'precede';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Lanes',
  version: '1',
  input: z.object({}),
  declare(flow) {
    flow.forEach(${JSON.stringify(lanes)}, () => flow.task('Wait', {
      run: ({ signal }) => new Promise((_, reject) => {
        const timer = setInterval(() => undefined, 1_000);
        signal.addEventListener('abort', () => { clearInterval(timer); reject(signal.reason); });
      }),
    }), { key: (name) => name });
  },
});
`;

/** The process of the command line that has the run: what became of its tasks, as it tells it. */
async function startedRun(cwd: string, storeFile: string) {
  writeFileSync(join(cwd, 'lanes.ts'), workflowText);
  const child = spawnPrecede(['run', './lanes.ts', '--store', storeFile, '--format', 'json'], { cwd });
  const ended = endOf(child);
  const states = new Map<string, string>();
  const waiting: { lane: string; state: string; resolve: () => void }[] = [];
  if (!child.stderr) throw new Error('The process has no standard error.');
  createInterface({ input: child.stderr }).on('line', (line) => {
    const [, state = '', lane = ''] = /^\S+ {2}(\w+) +Wait \((\w)\)/.exec(line) ?? [];
    states.set(lane, state);
    for (const each of waiting) if (each.lane === lane && each.state === state) each.resolve();
  });
  const reaches = (lane: string, state: string): Promise<void> =>
    new Promise((resolve) => {
      if (states.get(lane) === state) resolve();
      else waiting.push({ lane, state, resolve });
    });
  for (const lane of lanes) await reaches(lane, 'RUNNING');
  return { ended, reaches };
}

/**
 * What operators may ask for as things stand. One lane at a time is cancelled: the others keep the run under way, and as
 * long as one is cancelled none is started.
 */
class Model {
  isPaused = false;
  cancelled: string | undefined;

  draw(): { readonly action: 'pause' | 'resume' | 'cancel' | 'retry'; readonly lane?: string } {
    const { cancelled, isPaused } = this;
    // While it is paused nothing starts that is tried again.
    if (cancelled !== undefined && !isPaused && dice.chance(0.5)) return { action: 'retry', lane: cancelled };
    const lane = lanes[dice.between(0, lanes.length - 1)];
    if (cancelled === undefined && lane !== undefined && dice.chance(0.4)) return { action: 'cancel', lane };
    return { action: isPaused ? 'resume' : 'pause' };
  }
}

/** What is recorded of each action. */
const recordedAs = { pause: 'run-paused', resume: 'run-resumed', cancel: 'task-cancelling', retry: 'tasks-retried' };

it('operators in other processes are answered within a second, and the journal tells who asked', async () => {
  const cwd = emptyDirectory();
  const storeFile = join(cwd, 'store.db');
  const { ended, reaches } = await startedRun(cwd, storeFile);
  const { workflow } = await loadWorkflow(join(cwd, 'lanes.ts'));
  const stores = [sqliteStore(storeFile), sqliteStore(storeFile)] as const;
  const operatorOf = (store: Store): Engine => createEngine({ store, workflows: [workflow], recover: false });
  const operators = [operatorOf(stores[0]), operatorOf(stores[1])] as const;
  const model = new Model();
  const asked: object[] = [];
  for (let count = 1; count <= actionsMax; count++) {
    await tally.count(1, async () => {
      const { action, lane } = model.draw();
      const by = `operator ${count}`;
      const operator = dice.chance(0.5) ? operators[0] : operators[1];
      const startedMs = performance.now();
      if (action === 'cancel' || action === 'retry') await operator[action](1, `${lane ?? ''}/Wait`, { by });
      else await operator[action](1, { by });
      expect(performance.now() - startedMs).toBeLessThan(answeredWithinMs);
      asked.push({ type: recordedAs[action], by });
      if (action === 'pause' || action === 'resume') model.isPaused = action === 'pause';
      if (lane === undefined) return;
      model.cancelled = action === 'cancel' ? lane : undefined;
      await reaches(lane, action === 'cancel' ? 'CANCELLED' : 'RUNNING');
    });
  }
  await operators[0].cancel(1, undefined, { by: 'the last operator' });
  const { status, stdout } = await ended;
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'FAILED' });
  const events = (await readJournal(storeFile, 1))?.events ?? [];
  const operations = events.filter((event) => 'by' in event && event.by.startsWith('operator '));
  expect(operations).toMatchObject(asked);
  expect(events).toContainEqual(expect.objectContaining({ type: 'run-cancel-requested', by: 'the last operator' }));
  await Promise.all(operators.map((operator) => operator.close()));
  await Promise.all(stores.map((store) => store.close()));
}, 120_000);
