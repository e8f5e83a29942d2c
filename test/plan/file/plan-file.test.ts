import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  differenceLines,
  planDifferences,
  planFileOf,
  planWorkflow,
  readPlanFile,
  type FiledFinding,
  type PlanFile,
  type PlanFileOptions,
} from '../../../src/plan/index.ts';
import type { JsonValue } from '../../../src/json/index.ts';
import { secret } from '../../../src/secrets/index.ts';
import { defineWorkflow, type Task } from '../../../src/workflow/index.ts';

interface Shape {
  readonly names: readonly string[];
  readonly timeoutMs?: number;
  readonly version?: string;
  readonly findings?: PlanFileOptions['findings'];
}

/** Each task waits for the one before it. */
function fileOf({ names, timeoutMs, version = '1', findings }: Shape): PlanFile {
  const workflow = defineWorkflow({
    name: 'Chain',
    version,
    input: z.object({}),
    declare(flow) {
      let before: Task | undefined;
      for (const name of names) {
        const limit = timeoutMs === undefined ? {} : { timeoutMs };
        const upstream: readonly Task[] = before ? [before] : [];
        before = flow.task(name, { upstream, run: () => 1, ...limit });
      }
    },
  });
  return planFileOf(planWorkflow(workflow, {}), { source: 'chain', findings });
}

/** As it comes back from a file. */
const written = (file: PlanFile): PlanFile => readPlanFile(JSON.parse(JSON.stringify(file)) as JsonValue, 'plan.json');
const step = (text: string) => ({ kind: 'command', host: 'a', text }) as const;

describe('a plan file', () => {
  it('comes back as it was, the same to the byte for the same plan', () => {
    const findings = (task: number) => (task === 0 ? ({ kind: 'done' } as const) : undefined);
    const file = fileOf({ names: ['a', 'b'], findings });
    expect(written(file)).toEqual(file);
    expect(JSON.stringify(fileOf({ names: ['a', 'b'], findings }))).toBe(JSON.stringify(file));
  });

  it('holds no secret of the input, wherever it stands', () => {
    const workflow = defineWorkflow({
      name: 'Log in',
      version: '1',
      input: z.object({ password: z.string().refine(secret()) }),
      claims: ({ password }) => [`claim:${password}`],
      declare: (flow, { password }) =>
        void flow.task(`as ${password}`, { run: () => 1, limits: [`limit:${password}`] }),
    });
    const plan = planWorkflow(workflow, { password: 'correct horse' });
    const finding = { kind: 'needed', steps: [step('login -p correct horse')] } as const;
    expect(JSON.stringify(planFileOf(plan, { source: 'x', findings: () => finding }))).not.toContain('correct horse');
  });

  it.each<[string, (file: Record<string, unknown>) => unknown, string]>([
    ['is no object', () => [], 'kind'],
    ['is of a later schema', (file) => ({ ...file, schema: 2 }), 'schema'],
    ['has a task that is none', (file) => ({ ...file, tasks: [null] }), 'tasks[0]'],
    ['has a task without a key', (file) => ({ ...file, tasks: [{ number: 1, declared: {} }] }), 'tasks[0].key'],
    [
      'has a finding that is none',
      (file) => ({ ...file, tasks: [{ number: 1, key: 'a', declared: {}, finding: { kind: 'needed', steps: [1] } }] }),
      'tasks[0].finding',
    ],
    ['has claims that are none', (file) => ({ ...file, claims: 'cluster:1' }), 'claims'],
  ])('is refused when it %s', (_, change, named) => {
    const changed = change(fileOf({ names: ['a'] }) as unknown as Record<string, unknown>) as JsonValue;
    expect(() => readPlanFile(changed, 'plan.json')).toThrow(
      expect.objectContaining({ message: expect.stringContaining(named) }),
    );
  });
});

describe('two plans', () => {
  const plain = fileOf({ names: ['a', 'b', 'c'] });
  const text = (before: PlanFile, after: PlanFile): readonly string[] =>
    planDifferences(before, after).flatMap(differenceLines);

  it('are the same when they are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 8 }), (names) => {
        expect(planDifferences(fileOf({ names }), written(fileOf({ names })))).toEqual([]);
      }),
    );
  });

  it('differ in what is declared: tasks, edges, settings, the version, the order', () => {
    expect(text(plain, fileOf({ names: ['a', 'b'] }))).toEqual(['task "c" is gone']);
    expect(text(fileOf({ names: ['a', 'b'] }), plain)).toEqual(['task "c" is new']);
    expect(text(plain, fileOf({ names: ['a', 'c', 'b'] }))).toEqual([
      ...['task "b": upstreams', '  - a', '  + c', 'task "c": upstreams', '  - b', '  + a'],
    ]);
    expect(text(fileOf({ names: ['a'], timeoutMs: 5 }), fileOf({ names: ['a'], timeoutMs: 6 }))).toEqual([
      ...['task "a": timeoutMs', '  - 5', '  + 6'],
    ]);
    expect(text(plain, fileOf({ names: ['a', 'b', 'c'], version: '2' }))).toEqual(['version', '  - 1', '  + 2']);
  });

  it('differ in what would be sent, line by line; not in why something is unknown', () => {
    const found = (finding: FiledFinding): PlanFile => {
      const received = finding.kind === 'needed' ? { ...finding, steps: finding.steps ?? undefined } : finding;
      return fileOf({ names: ['a'], findings: () => received });
    };
    const needed = found({ kind: 'needed', steps: [step('one'), step('two')] });
    expect(text(needed, found({ kind: 'needed', steps: [step('one'), step('three')] }))).toEqual([
      ...['task "a": steps', '  - a: two', '  + a: three'],
    ]);
    expect(text(needed, found({ kind: 'done' }))).toEqual([
      'task "a": finding',
      '  - needed, 2 step(s)',
      '  + done already',
    ]);
    expect(text(found({ kind: 'unknown', why: 'x' }), found({ kind: 'unknown', why: 'y' }))).toEqual([]);
    expect(text(needed, fileOf({ names: ['a'] }))).toEqual(['task "a": finding', '  - needed, 2 step(s)']);
  });

  it('do not differ in what a later version tells besides', () => {
    const later = {
      ...plain,
      tasks: plain.tasks.map((task) => ({ ...task, declared: { ...task.declared, more: 1 } })),
    };
    expect(planDifferences(plain, later)).toEqual([]);
  });
});
