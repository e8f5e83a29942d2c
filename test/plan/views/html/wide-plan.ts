import type { Plan } from '../../../../src/plan/index.ts';
import type { UpstreamRef } from '../../../../src/workflow/index.ts';
import { nothing, planOf } from '../../../workflow/declared.ts';

const steps = [
  'Pre check',
  'Install rpm',
  'Make dir',
  'Start observer',
  'Add observer',
  'Restart',
  'Start agent',
  'Update',
];

/** Eight steps over this many hosts, each joined by a barrier, as when servers are added to a cluster. */
export function widePlan(hosts: number): Plan {
  const names = Array.from({ length: hosts }, (_, index) => `host-${String(index + 1).padStart(5, '0')}.example.com`);
  return planOf((flow) => {
    let before: readonly UpstreamRef[] = [flow.task('Reserve hosts', nothing)];
    for (const step of steps) {
      const done = flow.forEach(
        names,
        (name) => flow.task(step, { upstream: before, ...nothing, undo: () => {}, estimateMs: 5_000, limits: [name] }),
        { key: (name) => name },
      );
      before = [flow.barrier(`All: ${step}`, done)];
    }
  });
}
