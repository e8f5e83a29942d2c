import { z } from 'zod';
import { planWorkflow, type Plan } from '../../../src/plan/index.ts';
import { snapshotOfPlan, type RunSnapshot, type TaskSnapshot } from '../../../src/state/index.ts';
import { defineWorkflow } from '../../../src/workflow/index.ts';
import { stepTable } from '../../../src/cli/views/steps.ts';
import type { Instant } from '../../../src/cli/views/waiting.ts';

/** What is different of a task from a plan's PENDING one. */
export type TaskPart = Partial<TaskSnapshot>;

/** The instant that all views of these tests are of. */
export const nowMs = 1_000_000;

/**
 *             ┌ Check (host:1) ┐            ┌ Install (host:1) ┐
 *  Reserve ───┤ Check (host:2) ├── Wait ────┤ Install (host:2) ├
 *             └ …              ┘            └ …                ┘
 */
function installPlan(hosts: number): Plan {
  const names = Array.from({ length: hosts }, (_, index) => `host:${index + 1}`);
  const nothing = (): null => null;
  const workflow = defineWorkflow({
    name: 'Install',
    version: '1',
    input: z.object({}),
    declare(flow) {
      const reserve = flow.task('Reserve', { run: nothing });
      const onEach = (name: string, after: typeof reserve) =>
        flow.forEach(names, () => flow.task(name, { upstream: [after], run: nothing }), { key: (host) => host });
      const wait = flow.barrier('Wait', onEach('Check', reserve));
      flow.forEach(names, () => flow.task('Install', { upstream: [wait], run: nothing }), { key: (host) => host });
    },
  });
  return planWorkflow(workflow, {});
}

/** A run of the plan above at one instant, with what is different of each task, by key. */
export function instantOf(
  hosts: number,
  parts: Readonly<Record<string, TaskPart>>,
  run: Partial<RunSnapshot> = {},
): Instant {
  const plan = installPlan(hosts);
  const snapshot = snapshotOfPlan(plan);
  const tasks = snapshot.tasks.map((task) => ({ ...task, ...parts[task.key] }));
  return {
    snapshot: { ...snapshot, id: 7, startedAtMs: nowMs - 12_000, ...run, tasks },
    table: stepTable(plan),
    nowMs,
  };
}

/** A task that succeeded after so many milliseconds. */
export function succeeded(ms: number): TaskPart {
  return { state: 'SUCCESS', attempt: 1, startedAtMs: nowMs - 10_000, finishedAtMs: nowMs - 10_000 + ms };
}

/** A task that has been running for so many milliseconds. */
export function running(ms: number): TaskPart {
  return { state: 'RUNNING', attempt: 1, startedAtMs: nowMs - ms };
}

/** A task that failed after so many milliseconds. */
export function failed(ms: number, message = 'no space left'): TaskPart {
  const error = { code: 'DISK_FULL', message, next: 'Make room.' };
  return { state: 'FAILED', attempt: 1, startedAtMs: nowMs - ms, finishedAtMs: nowMs, error };
}
