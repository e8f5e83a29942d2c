import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { planWorkflow, type Plan } from '../../src/plan/index.ts';
import { defineWorkflow, workflowFromGraph, type Workflow } from '../../src/workflow/index.ts';

const workflow = defineWorkflow({
  name: 'w',
  version: '1',
  input: z.object({ hosts: z.array(z.number()), zone: z.string().default('z') }),
  declare: () => {},
});

describe('planWorkflow', () => {
  it('takes what the schema accepts and nothing else', () => {
    expectTypeOf(planWorkflow(workflow, { hosts: [1] })).toEqualTypeOf<Plan>();
    planWorkflow(workflow, { hosts: [1], zone: 'a' });
    // @ts-expect-error hosts are missing
    planWorkflow(workflow, {});
    // @ts-expect-error hosts are numbers
    planWorkflow(workflow, { hosts: ['1'] });
  });

  it('takes any input for a workflow whose schema is not known', () => {
    const known: Workflow = workflow;
    planWorkflow(known, { anything: true });
    planWorkflow(workflowFromGraph({ name: 'g', tasks: [] }), {});
  });

  it('gives a plan without any', () => {
    const plan = planWorkflow(workflow, { hosts: [] });
    expectTypeOf(plan.input).not.toBeAny();
    expectTypeOf(plan.tasks).not.toBeAny();
    expectTypeOf(plan.order).toEqualTypeOf<Int32Array>();
  });
});
