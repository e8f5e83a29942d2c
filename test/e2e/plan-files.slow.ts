import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentOf, emptyDirectory, precede, type Ended } from './support/precede.ts';
import { expectRefused } from './support/refused.ts';
import { secretWorkflow } from './support/secret-workflow.ts';

const timeoutMs = 60_000;

/** Files are made; which are there is what the check sees. */
const text = `
import { defineWorkflow } from 'precede';
import { existsSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Files',
  version: '1',
  input: z.object({ names: z.array(z.string()).default(['a', 'b']) }),
  declare(flow, { names }) {
    const made = flow.forEach(names, (name) => flow.task('Make', {
      check: () => (existsSync(name) ? { done: name } : 'needed'),
      run: () => {
        writeFileSync(name, '');
        return name;
      },
      preview: () => [{ kind: 'command', host: 'here', text: 'touch ' + name }],
    }), { key: (name) => name });
    flow.task('Tell', { upstream: { made }, check: ({ upstream }) => ({ done: upstream.made.join() }), run: () => 'told' });
  },
});
`;

function setup() {
  const cwd = emptyDirectory();
  writeFileSync(join(cwd, 'files.ts'), text);
  const act = (...args: readonly string[]): Promise<Ended> => precede(args, { cwd });
  const plan = (out: string, ...args: readonly string[]) => act('plan', './files.ts', '--check', '--out', out, ...args);
  return { cwd, act, plan, at: (name: string) => join(cwd, name) };
}

describe.concurrent('a plan that is kept', { timeout: timeoutMs }, () => {
  it('says what is done, needed and unknown, writes nothing else, and is the same to the byte each time', async () => {
    const { cwd, plan, at } = setup();
    writeFileSync(at('a'), '');
    const before = contentOf(cwd);
    const first = await plan('one.json', '--format', 'json');
    expect(first).toMatchObject({ status: 0 });
    const { checked, problems, tasks } = JSON.parse(first.stdout) as Record<string, unknown>;
    expect({ checked, problems, tasks }).toMatchObject({
      checked: { done: 1, needed: 1, unknown: 1 },
      problems: [],
      tasks: [
        { key: 'a/Make', finding: { kind: 'done', output: 'a' } },
        { key: 'b/Make', finding: { kind: 'needed', steps: [{ kind: 'command', host: 'here', text: 'touch b' }] } },
        { key: 'Tell', finding: { kind: 'unknown' } },
      ],
    });
    await plan('two.json');
    expect(readFileSync(at('two.json'), 'utf8')).toBe(readFileSync(at('one.json'), 'utf8'));
    const after = contentOf(cwd);
    expect([...after.keys()].filter((name) => !before.has(name)).toSorted()).toEqual(['one.json', 'two.json']);
    for (const [name, hash] of before) expect([name, after.get(name)]).toEqual([name, hash]);
  });

  it('is run as it was kept, and refused with what has changed, with nothing started', async () => {
    const { cwd, act, plan, at } = setup();
    await plan('plan.json');
    writeFileSync(at('b'), '');
    const before = contentOf(cwd);
    const refused = await act('run', '--plan', 'plan.json');
    expectRefused(refused, 'PLAN_CHANGED');
    expect(refused.stderr).toMatch(/task "b\/Make": finding\n\s+- needed, 1 step\(s\)\n\s+\+ done already/);
    expect(contentOf(cwd)).toEqual(before);
    await plan('now.json');
    const diff = await act('plan', 'diff', 'plan.json', 'now.json');
    expect(diff).toMatchObject({ status: 1, stdout: expect.stringContaining('+ done already') });
    expect(await act('plan', 'diff', 'now.json', 'now.json')).toMatchObject({ status: 0 });
    expect(await act('run', '--plan', 'now.json')).toMatchObject({ status: 0 });
    expect(existsSync(at('a'))).toBe(true);
  });

  it('is refused when the workflow or its input is another, also when it was never checked', async () => {
    const { act, at } = setup();
    expect(await act('plan', './files.ts', '--out', 'plan.json')).toMatchObject({ status: 0 });
    writeFileSync(at('input.json'), '{"names":["a","c"]}');
    const other = await act('run', '--plan', 'plan.json', '--input', 'input.json');
    expectRefused(other, 'PLAN_CHANGED');
    expect(other.stderr).toMatch(/task "b\/Make" is gone[\s\S]*task "c\/Make" is new/);
    writeFileSync(at('files.ts'), text.replace("version: '1'", "version: '2'"));
    expectRefused(await act('run', '--plan', 'plan.json'), 'PLAN_CHANGED');
  });

  it('is refused for another workflow than it was made of', async () => {
    const { act, plan, at } = setup();
    await plan('plan.json');
    writeFileSync(at('secret.ts'), secretWorkflow);
    expectRefused(await act('run', './secret.ts', '--plan', 'plan.json'), 'PLAN_OF_OTHER_WORKFLOW');
  });
});
