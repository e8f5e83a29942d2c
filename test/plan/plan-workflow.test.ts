import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { indexByKey, InvalidPlanError, planRecorded, planWorkflow } from '../../src/plan/index.ts';
import { secret } from '../../src/secrets/index.ts';
import { defineWorkflow, workflowFromGraph, type GraphTask, type InputSchema } from '../../src/workflow/index.ts';
import { nothing, planOf, problemsOfPlanning } from '../workflow/declared.ts';

const input = z.object({
  hosts: z.array(z.number()),
  zone: z.string().default('zone1'),
  at: z.iso.datetime().optional(),
});

const greet = defineWorkflow({
  name: 'Greet',
  version: '3',
  input,
  claims: ({ zone }) => [`zone:${zone}`, `zone:${zone}`],
  declare(flow, { hosts }) {
    const start = flow.task('Start', nothing);
    flow.barrier(
      'Wait',
      flow.forEach(hosts, () => flow.task('Greet', { upstream: { start }, ...nothing })),
    );
  },
});

function planned(schema: InputSchema, value: unknown) {
  return planWorkflow(defineWorkflow({ name: 'w', version: '1', input: schema, declare: () => {} }), value);
}

describe('planWorkflow', () => {
  it('expands a workflow for its parsed input, defaults included', () => {
    const plan = planWorkflow(greet, { hosts: [7, 8] });
    expect(plan.input).toEqual({ hosts: [7, 8], zone: 'zone1' });
    expect(plan.tasks.map(({ key }) => key)).toEqual(['Start', '0/Greet', '1/Greet', 'Wait']);
    expect([...plan.order]).toEqual([0, 1, 2, 3]);
    expect(plan.claims).toEqual(['zone:zone1']);
    expect([...indexByKey(plan)]).toEqual([
      ['Start', 0],
      ['0/Greet', 1],
      ['1/Greet', 2],
      ['Wait', 3],
    ]);
  });

  it('gives the same plan for the same input', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (hosts) => {
        const [first, second] = [planWorkflow(greet, { hosts }), planWorkflow(greet, { hosts })];
        expect(JSON.stringify(second)).toBe(JSON.stringify(first));
        expect(second.fingerprint).toBe(first.fingerprint);
        expect(planRecorded(greet, first.input).fingerprint).toBe(first.fingerprint);
      }),
      { numRuns: 30 },
    );
  });

  it('gives a plan that nobody changes, its input least of all', () => {
    const given = { hosts: [1, 2] };
    const plan = planWorkflow(greet, given);
    for (const part of [plan, plan.tasks, plan.tasks[0], plan.claims, plan.ownLimits, plan.input]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.isFrozen((plan.input as typeof given).hosts)).toBe(true);
    expect(Object.isFrozen(given)).toBe(false);
    const sorting = defineWorkflow({ name: 'w', version: '1', input, declare: (_, { hosts }) => void hosts.sort() });
    expect(() => planWorkflow(sorting, { hosts: [2, 1] })).toThrow(TypeError);
  });

  it('tells every problem of the input, with its field', () => {
    const problems = problemsOfPlanning(() =>
      planWorkflow(greet, { hosts: ['x'] as unknown as number[], zone: 5 as never }),
    );
    expect(problems.map(({ code, details }) => [code, details?.['field']])).toEqual([
      ['INVALID_INPUT', 'hosts.0'],
      ['INVALID_INPUT', 'zone'],
    ]);
  });

  it('is one error that carries them all, and says which workflow it is about', () => {
    const plan = (): unknown =>
      planWorkflow(workflowFromGraph({ name: 'g', tasks: [{ key: 'a', upstream: ['b', 'a'] }] }), {});
    expect(plan).toThrow(InvalidPlanError);
    expect(plan).toThrow(/^Workflow "g" cannot be planned: 2 problems/);
  });

  it('refuses a schema that validates asynchronously, by name', () => {
    const problems = problemsOfPlanning(() =>
      planned(
        z.object({}).refine(() => Promise.resolve(true)),
        {},
      ),
    );
    expect(problems).toMatchObject([{ code: 'ASYNCHRONOUS_SCHEMA', next: expect.any(String) }]);
  });

  it('refuses a schema that is none', () => {
    const problems = problemsOfPlanning(() => planned({ parse: () => 1 } as unknown as InputSchema, {}));
    expect(problems).toMatchObject([{ code: 'INVALID_SCHEMA' }]);
  });

  it('refuses a workflow without name or version', () => {
    const workflow = defineWorkflow({
      name: '',
      version: 2 as unknown as string,
      input: z.object({}),
      declare: () => {},
    });
    const problems = problemsOfPlanning(() => planWorkflow(workflow, {}));
    expect(problems.map(({ code }) => code)).toEqual(['INVALID_WORKFLOW', 'INVALID_WORKFLOW']);
  });

  it.each<[string, unknown]>([
    ['a Date', { at: new Date(0) }],
    ['a Map', new Map()],
    ['a bigint', { size: 1n }],
    ['NaN', [Number.NaN]],
    ['a function', { f: () => 1 }],
    ['a cycle', cyclic()],
  ])('refuses parsed input that holds %s, which a recovered run would not see again', (_, value) => {
    const problems = problemsOfPlanning(() => planned(z.any(), value));
    expect(problems).toMatchObject([{ code: 'INPUT_NOT_JSON' }]);
  });

  it('accepts input that JSON keeps, odd keys and fields left undefined among it', () => {
    const value = JSON.parse('{"__proto__": {"a": 1}, "constructor": [null, true, "x", 1.5]}') as object;
    expect(JSON.stringify(planned(z.any(), { ...value, left: undefined }).input)).toBe(
      '{"__proto__":{"a":1},"constructor":[null,true,"x",1.5]}',
    );
    expect(planned(z.any(), undefined).input).toBeNull();
  });
});

describe('the fingerprint', () => {
  const tasks: readonly GraphTask[] = [{ key: 'a' }, { key: 'b', upstream: ['a'] }, { key: 'c', upstream: ['a', 'b'] }];
  const fingerprintOf = (changed: readonly GraphTask[], version = '1', name = 'g'): string =>
    planWorkflow(workflowFromGraph({ name, version, tasks: changed }), {}).fingerprint;
  const original = fingerprintOf(tasks);

  it('stays when what does not matter changes: names, estimates, the order of upstreams', () => {
    const same = [
      { key: 'a', name: 'A' },
      { key: 'b', upstream: ['a'], estimateMs: 5 },
      { key: 'c', upstream: ['b', 'a'] },
    ];
    expect(fingerprintOf(same)).toBe(original);
  });

  it.each<[string, string]>([
    ['an edge', fingerprintOf([...tasks.slice(0, 2), { key: 'c', upstream: ['b'] }])],
    ['a key', fingerprintOf([...tasks.slice(0, 2), { key: 'd', upstream: ['a', 'b'] }])],
    ['a task', fingerprintOf([...tasks, { key: 'd' }])],
    ['the order of tasks', fingerprintOf([tasks[0] ?? { key: '' }, tasks[2] ?? { key: '' }, tasks[1] ?? { key: '' }])],
    ['the version', fingerprintOf(tasks, '2')],
    ['the name', fingerprintOf(tasks, '1', 'h')],
  ])('changes with %s', (_, changed) => {
    expect(changed).not.toBe(original);
  });

  it('tells a barrier from a task', () => {
    const task = planOf((flow) => {
      flow.task('a', nothing);
    });
    const barrier = planOf((flow) => {
      flow.barrier('a', []);
    });
    expect(barrier.fingerprint).not.toBe(task.fingerprint);
  });
});

describe('secrets of the input', () => {
  const schema = z.object({ password: z.string().refine(secret()), port: z.number().max(10, 'too large') });

  it('are known to the plan', () => {
    expect(planned(schema, { password: 'hunter22', port: 1 }).secrets).toEqual(['hunter22']);
  });

  it('do not show in the problems of other fields', () => {
    const telling = schema.refine(({ password }) => password === '', {
      error: (issue) => `not ${JSON.stringify(issue.input)}`,
    });
    const problems = problemsOfPlanning(() => planned(telling, { password: 'hunter22', port: 1 }));
    expect(problems[0]?.message).toContain('[secret]');
    expect(JSON.stringify(problems)).not.toContain('hunter22');
  });

  it('that are too short to be kept out of logs are refused before anything shows them', () => {
    const problems = problemsOfPlanning(() => planned(schema, { password: 'abc', port: 1 }));
    expect(problems).toMatchObject([{ code: 'SECRET_TOO_SHORT' }]);
  });
});

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}
