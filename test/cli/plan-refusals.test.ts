import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandHere } from './support/command-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'precede-plan-'));
const nowhere = join(folder, 'nowhere');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a plan', () => {
  it.each([
    [['--fault', 'host:1=disk-full'], 'SANDBOX_FLAG'],
    [['--sandbox', '--ob-version', '2.2.75'], 'SANDBOX_FLAG'],
    [['--check', '--members', 'zone1'], 'SANDBOX_FLAG'],
    [['--check', '--sandbox-dir', nowhere], 'SANDBOX_NOT_RUNNING'],
    [['--out', join(nowhere, 'plan.json')], 'PLAN_NOT_WRITTEN'],
  ])('is refused with %j', async (flags, code) => {
    const args = ['plan', 'add-ob-server', '--servers', '1', ...flags];
    expect(await commandHere(args)).toMatchObject({ status: 2, stderr: expect.stringContaining(`error[${code}]`) });
  });
});

describe('a run of a plan file', () => {
  it.each([
    ['no plan file', '{}', 'kind'],
    ['of a later schema', '{"kind":"precede plan","schema":2}', 'schema'],
    ['incomplete', '{"kind":"precede plan","schema":1,"tasks":[{"key":1}]}', 'tasks[0].key'],
    ['not even JSON', '{', 'JSON'],
  ])('is refused when it is %s', async (_, content, named) => {
    const file = join(folder, 'plan.json');
    const store = join(folder, 'runs.db');
    writeFileSync(file, content);
    const refused = await commandHere(['run', '--plan', file, '--store', store]);
    expect(refused).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(named) });
    expect(existsSync(store)).toBe(false);
  });
});
