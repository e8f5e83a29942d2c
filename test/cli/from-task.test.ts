import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { batchStages, enveloped, listedChild, oldChild, stagedChildren, upgradeStages } from '../ocp/answers.ts';
import { expectRefused } from '../e2e/support/refused.ts';
import { commandHere } from './support/command-here.ts';

const sample = readFileSync(new URL('../fixtures/add-ob-server.response.json', import.meta.url), 'utf8');

const batch = {
  ...{ id: 7, name: 'Batch add arbitration service', status: 'RUNNING', operation: 'EXECUTE', creator: 'admin' },
  subtasks: stagedChildren(batchStages),
};
const upgrade = { ...batch, id: 8, name: 'Upgrade', subtasks: stagedChildren(upgradeStages) };
const listed = { ...batch, id: 9, name: 'Listed', subtasks: batch.subtasks.map(listedChild) };

const answers: Readonly<Record<string, unknown>> = {
  'sample.json': JSON.parse(sample),
  'batch.json': enveloped(batch),
  'old.json': { id: 7, name: 'Old', status: 'RUNNING', tasks: batch.subtasks.map(oldChild) },
  'several.json': enveloped({ contents: [batch, upgrade, listed] }),
  'listed.json': enveloped({ contents: [listed] }),
};

const folder = mkdtempSync(join(tmpdir(), 'precede-from-task-'));
for (const [name, json] of Object.entries(answers)) writeFileSync(join(folder, name), JSON.stringify(json));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command on a file of the folder. */
function commandOn(command: string, file: string, ...others: readonly string[]) {
  return commandHere([command, '--from-task', join(folder, file), ...others]);
}

async function printed(command: string, file: string, ...others: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await commandOn(command, file, ...others);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

describe('a documented task', { timeout: 30_000 }, () => {
  it('is planned: where it was read, its state, its waves, what its times are', async () => {
    const text = await printed('plan', 'batch.json');
    expect(text).toContain('Batch add arbitration service, OCP task 7, RUNNING\n');
    expect(text).toMatch(/^Read from an answer of OCP \(TaskInstance\) in\s\S+batch\.json, at data\.$/m);
    expect(text).toContain('States: 2 READY, 9 PENDING\n');
    expect(text).toContain("Estimates are the tasks' time limits, an upper bound.\n");
    expect(text).toContain('11 tasks, 12 edges, 7 waves; about 47 min with 16 at a time (2 at most);\n');
    expect(text).toMatch(/^\* +3 +4… +Install rpm +30 min +0 s +3 +PENDING$/m);
    expect(await printed('plan', 'batch.json', '--concurrency', '1')).toContain('about 1 h 33 min');
  });

  it('tells how many of its children have no time limit', async () => {
    expect(await printed('plan', 'sample.json')).toContain(
      '\nWithout a time limit: 21 of 21 tasks, each taken for 1 s, a guess.\n21 tasks, 20 edges, 21 waves; about 21 s',
    );
    const several = (await printed('plan', 'several.json')).replaceAll('\n', ' ');
    expect(several).toContain('an upper bound. Without a time limit: 1 of 18 tasks, each taken for 1 s, a guess.');
  });

  it('is drawn with the colours of its states and its critical path', async () => {
    const mermaid = await printed('graph', 'batch.json');
    expect(mermaid).toMatch(/^%% Batch add arbitration service, OCP task 7, RUNNING\nflowchart TD$/m);
    expect(mermaid).toContain('  t3 ==> t4\n  t3 --> t5\n');
    expect(mermaid).toMatch(/^ {2}class t1,t2 READY$/m);
    const dot = await printed('plan', 'old.json', '--format', 'dot');
    expect(dot).toMatch(/t1 \[label="1 Prepare add arbitration service", fillcolor="#2563eb"/);
    expect(dot.match(/->/g)).toHaveLength(12);
  });

  it('is printed as JSON with ids, states, waves and what nothing is known of left out', async () => {
    const plan = JSON.parse(await printed('plan', 'batch.json', '--format', 'json')) as object;
    expect(plan).toMatchObject({
      answer: { id: 7, state: 'RUNNING', shape: 'TaskInstance', path: 'data' },
      isOrdered: true,
      tasksWithoutTimeLimit: 0,
      totals: { tasks: 11, edges: 12, waves: 7, makespanMs: 2_820_000 },
    });
    expect(plan).toHaveProperty('tasks[4]', expect.objectContaining({ id: 104, number: 5, state: 'PENDING', wave: 3 }));
    expect(plan).not.toHaveProperty('workflow');
    expect(plan).not.toHaveProperty('tasks[0].undo');
  });

  it('is printed again as it was documented', async () => {
    const { data } = answers['sample.json'] as { readonly data: unknown };
    expect(await printed('plan', 'sample.json', '--format', 'ocp')).toBe(`${JSON.stringify(data, null, 2)}\n`);
    const first = await printed('plan', 'several.json', '--format', 'ocp');
    writeFileSync(join(folder, 'again.json'), first);
    expect(await printed('plan', 'again.json', '--format', 'ocp')).toBe(first);
  });

  it('is shown with all others of its list, one after the other', async () => {
    const text = await printed('graph', 'several.json', '--format', 'text');
    const places = ['at data.contents[0]', 'at data.contents[1]', 'at data.contents[2]'].map((at) => text.indexOf(at));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    const json = JSON.parse(await printed('plan', 'several.json', '--format', 'json')) as unknown;
    expect(json).toMatchObject([{ answer: { id: 7 } }, { answer: { id: 8 } }, { answer: { id: 9 } }]);
  });

  it('is listed and not ordered when nothing tells its edges', async () => {
    const text = await printed('plan', 'listed.json');
    expect(text).toContain('11 tasks, by id: the answer tells no edges, so they are not ordered.\n');
    expect(text).not.toMatch(/wave|critical|about/);
    expect(text).toMatch(/^ 3 {2}102 {2}PENDING {10}Wait node$/m);
    const json = JSON.parse(await printed('plan', 'listed.json', '--format', 'json')) as object;
    expect(json).toMatchObject({ isOrdered: false, criticalPath: null, totals: { tasks: 11 } });
    expect(json).toHaveProperty('tasks[0].wave', null);
    expect(await printed('graph', 'listed.json')).toContain('RUNNING; the answer tells no edges\n');
  });
});

describe('a mistake about a documented task', () => {
  it.each([
    { command: 'plan', flag: '--input=-' },
    { command: 'plan', flag: '--servers=1' },
    { command: 'plan', flag: '--hosts=1' },
    { command: 'plan', flag: '--cluster=1' },
    { command: 'plan', flag: '--zone=z' },
    { command: 'plan', flag: '--package-os=el7' },
    { command: 'plan', flag: '--parameter=a=b' },
    { command: 'plan', flag: '--sandbox' },
    { command: 'plan', flag: '--sandbox-dir=d' },
    { command: 'plan', flag: '--inventory=i.yaml' },
    { command: 'plan', flag: '--check' },
    { command: 'plan', flag: '--out=plan.json' },
    { command: 'graph', flag: '--input=-' },
    { command: 'graph', flag: '--store=runs.db' },
    { command: 'plan', flag: 'add-ob-server' },
    { command: 'graph', flag: '1' },
  ])('is refused: an answer and $flag for $command', async ({ command, flag }) => {
    const word = flag.split('=')[0] ?? '';
    expectRefused(await commandOn(command, 'batch.json', flag), 'CONFLICTING_OPTION', '--from-task <file>', word);
  });

  it.each([
    { command: 'plan', argument: 'workflow' },
    { command: 'graph', argument: 'run-or-workflow' },
  ])('is refused: $command of nothing', async ({ command, argument }) => {
    expectRefused(await commandHere([command]), 'MISSING_ARGUMENT', `missing required argument '${argument}'`);
  });

  it.each([
    { what: 'no JSON', text: '{"data": ', code: 'INVALID_JSON', words: ['wrong.json'] },
    {
      what: 'an error',
      text: '{"error":{"code":"TSK10001","message":"no such task"},"successful":false}',
      code: 'ERROR_ANSWER',
      words: ['wrong.json', 'TSK10001 no such task'],
    },
    { what: 'no task', text: '{"data":{"id":1}}', code: 'NO_TASK', words: ['data carries no task'] },
  ])('is refused: an answer with $what', async ({ text, code, words }) => {
    writeFileSync(join(folder, 'wrong.json'), text);
    expectRefused(await commandOn('plan', 'wrong.json'), code, ...words);
    expectRefused(await commandOn('graph', 'wrong.json'), code, ...words);
    expectRefused(await commandOn('plan', 'none.json'), 'INPUT_UNREADABLE', 'none.json');
  });
});
