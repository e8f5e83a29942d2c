import { z } from 'zod';
import { planWorkflow, type Plan } from '../../../src/plan/index.ts';
import { secret } from '../../../src/secrets/index.ts';
import { defineWorkflow } from '../../../src/workflow/index.ts';
import { nothing, planOf } from '../../workflow/declared.ts';

const adding = defineWorkflow({
  name: 'Add OB server',
  version: '1',
  input: z.object({ hosts: z.number(), password: z.string().refine(secret()) }),
  claims: ({ password }) => [`cluster:${password}`],
  declare(flow, { hosts, password }) {
    const reserve = flow.task('Reserve host', { run: () => 1, undo: () => {}, estimateMs: 500 });
    const installed = flow.forEach(
      Array.from({ length: hosts }, (_, index) => index + 1),
      (host) => {
        const checked = flow.task('Pre check', { upstream: { reserve }, check: () => 'needed', ...nothing });
        return flow.task('Install rpm', {
          upstream: { checked },
          run: () => 1,
          undo: () => {},
          preview: () => [],
          estimateMs: 90_000,
          timeoutMs: 600_000,
          limits: [`host:${host}`],
        });
      },
      { key: (host) => `host:${host}` },
    );
    const wait = flow.barrier('Wait node', installed);
    flow.task(`Log in with ${password}`, { upstream: { wait }, ...nothing, undo: 'irreversible', key: 'log in' });
  },
});

/** A plan of two steps over lanes, with a barrier, an irreversible task, and a secret in every place. */
export function addingPlan(hosts: number): Plan {
  return planWorkflow(adding, { hosts, password: 'hunter22' });
}

/** A chain of tasks with these names. */
export function chainOf(names: readonly string[]): Plan {
  return planOf((flow) => {
    let before: ReturnType<typeof flow.task>[] = [];
    for (const name of names) before = [flow.task(name, { upstream: before, ...nothing })];
  });
}
