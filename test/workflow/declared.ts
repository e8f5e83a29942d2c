import { expect } from 'vitest';
import { z } from 'zod';
import type { Problem } from '../../src/errors/index.ts';
import { upstreamsOf } from '../../src/graph/index.ts';
import { InvalidPlanError, planWorkflow, type Plan } from '../../src/plan/index.ts';
import { defineWorkflow, type Flow, type Workflow } from '../../src/workflow/index.ts';

type Declare = (flow: Flow<Record<string, never>>) => void;

/** A workflow without input. */
function workflowOf(declare: Declare): Workflow<Record<string, never>> {
  return defineWorkflow({ name: 'w', version: '1', input: z.strictObject({}), declare });
}

export function planOf(declare: Declare): Plan {
  return planWorkflow(workflowOf(declare), {});
}

/** A declaration that no compiler has looked at. */
export function problemsOf(declare: (flow: Flow) => void): readonly Problem[] {
  return problemsOfPlanning(() => planOf(declare));
}

export function problemsOfPlanning(plan: () => unknown): readonly Problem[] {
  try {
    plan();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidPlanError);
    return (error as InvalidPlanError).problems;
  }
  return expect.fail('it was planned');
}

export function keysOf(plan: Plan): readonly string[] {
  return plan.tasks.map(({ key }) => key);
}

/** Upstream keys by key. */
export function edgesOf(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const keys = keysOf(plan);
  return new Map(
    keys.map((key, task) => [key, Array.from(upstreamsOf(plan.graph, task), (upstream) => keys[upstream] ?? '')]),
  );
}

export const nothing = { run: () => {} };
