import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planWorkflow, shapeToJson } from '../../src/plan/index.ts';
import type { RunEvent } from '../../src/state/index.ts';
import { sqliteStore, type Store } from '../../src/store/index.ts';
import { workflowFromGraph } from '../../src/workflow/index.ts';
import { newRun } from '../contract/store/runs.ts';
import { contentOf, emptyDirectory, precede } from './support/precede.ts';
import { expectRefused, refusedIn } from './support/refused.ts';

const timeoutMs = 60_000;

//  prepare(1 s) -> copy x 3 (1 s, one a host) -> finish(1 s)
const graph = {
  name: 'Copying',
  tasks: [
    { key: 'prepare' },
    ...[1, 2, 3].map((host) => ({
      key: `copy ${host}`,
      name: 'copy',
      upstream: ['prepare'],
      limits: [`host:${host}`],
    })),
    { key: 'finish', upstream: ['copy 1', 'copy 2', 'copy 3'] },
  ],
};

/** A directory with the workflow, and a run of it in a store in which each `copy` took so long. */
async function ran(file: string, copyMs: readonly number[], { prepareMs = 500 } = {}) {
  const cwd = emptyDirectory();
  writeFileSync(join(cwd, 'copying.json'), JSON.stringify(graph));
  mkdirSync(join(cwd, '.precede'));
  const store = sqliteStore(join(cwd, file));
  for (const ms of copyMs) await runOnce(store, { copy: ms, prepare: prepareMs });
  return { cwd, store };
}

/** Records a run in which `finish`, which comes last, has failed. */
async function runOnce(store: Store, lengthMs: { readonly prepare: number; readonly copy: number }): Promise<void> {
  const plan = planWorkflow(workflowFromGraph(graph), {});
  const fields = { workflow: graph.name, plan: shapeToJson(plan) };
  const { header } = await store.createRun(newRun({ taskCount: plan.tasks.length, fields }));
  const { createdAtMs: atMs } = header;
  const copiesMs = atMs + lengthMs.prepare;
  const endMs = copiesMs + lengthMs.copy;
  const started = (task: number, at: number): RunEvent => ({ type: 'task-started', task, attempt: 1, atMs: at });
  const succeeded = (task: number, at: number): RunEvent => ({ type: 'task-succeeded', task, output: null, atMs: at });
  const events: readonly RunEvent[] = [
    ...[started(0, atMs), succeeded(0, copiesMs)],
    ...[1, 2, 3].map((task) => started(task, copiesMs)),
    ...[1, 2, 3].map((task) => succeeded(task, endMs)),
    ...[started(4, endMs), { type: 'task-failed' as const, task: 4, error: { code: 'A', message: 'no' }, atMs: endMs }],
    { type: 'run-settled', state: 'FAILED', atMs: endMs },
  ];
  await store.append({ runId: header.id, fence: 1, events, state: 'FAILED' });
}

describe.concurrent('the time of a plan', { timeout: timeoutMs }, () => {
  it('is that of earlier runs in the store that is named, which stays as it was', async () => {
    const { cwd, store } = await ran('runs.db', [2_000, 9_000, 4_000]);
    await store.close();
    const before = contentOf(cwd);
    const text = await precede(['plan', './copying.json', '--store', 'runs.db', '--concurrency', '1,3'], { cwd });
    expect(text).toMatchObject({ status: 0, stderr: '' });
    // 500 ms + 3 copies of 4 s + finish, which has never succeeded
    expect(text.stdout).toContain(
      'about 14 s with 1 at a time (1 at most);\ncritical path 5.5 s; durations observed in 3 runs for 2 of 3 steps,\nas declared for the rest\n',
    );
    expect(text.stdout).toContain('host:* 1 of 1 (3 of them)');
    expect(text.stdout).toMatch(/^ +1 +14 s +2\.45 +1 +5\.5 s\n +3 +5\.5 s +1\.00 +3 +5\.5 s$/m);
    const json = await precede(['plan', './copying.json', '--store', 'runs.db', '--format', 'json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({
      totals: { makespanMs: 5_500, workMs: 13_500 },
      durations: { source: 'observed', runs: 3, observedSteps: 2, steps: 3 },
      comparison: [],
    });
    expect(contentOf(cwd)).toEqual(before);
  });

  it('is that of the store that nobody has to name, while another process uses it, unless declared is asked for', async () => {
    const { cwd, store } = await ran('.precede/store.db', [3_000]);
    const before = contentOf(cwd);
    const observed = await precede(['plan', './copying.json'], { cwd });
    expect(observed.stdout).toContain('durations observed in 1 run for 2 of 3 steps,');
    expect(observed.stdout).toContain('about 4.5 s');
    const declared = await precede(['plan', './copying.json', '--estimates', 'declared'], { cwd });
    expect(declared.stdout).toContain('durations as declared\n');
    expect(declared.stdout).toContain('about 3 s');
    writeFileSync(join(cwd, 'other.json'), JSON.stringify({ ...graph, name: 'Other' }));
    const other = await precede(['plan', './other.json'], { cwd });
    expect(other).toMatchObject({ status: 0, stderr: '' });
    expect(other.stdout).toContain('durations as declared\n');
    expect(contentOf(cwd)).toEqual(new Map(before).set('other.json', contentOf(cwd).get('other.json') ?? ''));
    await store.close();
  });

  it('looks at the newest 20 runs', async () => {
    const { cwd, store } = await ran('runs.db', [
      ...Array.from({ length: 20 }, () => 60_000),
      ...Array.from({ length: 11 }, () => 2_000),
    ]);
    await store.close();
    const { stdout } = await precede(['plan', './copying.json', '--store', 'runs.db'], { cwd });
    // Of 20 runs eleven took 2 s; of all 31 it is the minority.
    expect(stdout).toContain('durations observed in 20 runs');
    expect(stdout).toContain('about 3.5 s');
  });

  it('draws the critical path through what took long', async () => {
    const { cwd, store } = await ran('runs.db', [1], { prepareMs: 1 });
    await store.close();
    writeFileSync(
      join(cwd, 'two.json'),
      JSON.stringify({
        name: 'Copying',
        tasks: [{ key: 'copy' }, { key: 'new', estimateMs: 10 }, { key: 'last', upstream: ['copy', 'new'] }],
      }),
    );
    const drawn = async (...flags: readonly string[]) =>
      (await precede(['plan', './two.json', '--store', 'runs.db', '--format', 'mermaid', ...flags], { cwd })).stdout;
    expect(await drawn()).toContain('t2 ==> t3');
    expect(await drawn('--estimates', 'declared')).toContain('t1 ==> t3');
  });

  it('is refused where the store that is named is none, and told where another is', async () => {
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, 'copying.json'), JSON.stringify(graph));
    writeFileSync(join(cwd, 'bad.db'), 'this is a text and not a database, however long it may become');
    const plan = ['plan', './copying.json'];
    expectRefused(await refusedIn(cwd, [...plan, '--store', 'none.db']), 'STORE_UNREADABLE', 'none.db');
    expectRefused(await refusedIn(cwd, [...plan, '--store', 'bad.db']), 'STORE_UNREADABLE', 'bad.db');
    const told = await precede(plan, { cwd, env: { PRECEDE_STORE: 'bad.db' } });
    expect(told.status).toBe(0);
    expect(told.stdout).toContain('durations as declared');
    expect(told.stderr).toMatch(/^warning: durations are as declared\. Store .*bad\.db: The file is not a store\.\n$/);
  });

  it.each([
    ['1,0', 'It is a whole number from 1.'],
    ['4,4', 'Each is given once.'],
  ])('is refused with the concurrency %s', async (given, why) => {
    const cwd = emptyDirectory();
    const flags = ['plan', 'add-ob-server', '--servers', '1', '--concurrency', given];
    expectRefused(await refusedIn(cwd, flags), 'INVALID_ARGUMENT', why);
  });
});
