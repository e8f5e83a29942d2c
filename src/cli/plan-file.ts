import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { PlanInspection } from '../inspect/index.ts';
import { differenceLines, planDifferences, planFileOf, readPlanFile, type Plan, type PlanFile } from '../plan/index.ts';
import { RefusedError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import { secretMask } from '../secrets/index.ts';
import type { Workflow } from '../workflow/index.ts';
import { readJson } from './json-input.ts';
import { commandName } from './package-root.ts';
import { refusal } from './refusal.ts';

/** Writes a plan to a file, whole or not at all. @throws RefusedError `PLAN_NOT_WRITTEN` */
export function writePlanFile(
  file: string,
  plan: Plan,
  { source, inspection }: { readonly source: string; readonly inspection: PlanInspection | undefined },
): void {
  const filed = filedPlan(plan, source, inspection);
  const part = `${file}.${process.pid}.part`;
  try {
    writeFileSync(part, `${JSON.stringify(filed, null, 2)}\n`, { mode: 0o600 });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    const message = `it cannot be written: ${error instanceof Error ? error.message : String(error)}.`;
    throw refusal(file, { code: 'PLAN_NOT_WRITTEN', message, next: 'Name a file that you may write.' });
  }
}

/** Reads a plan file. @throws RefusedError `INVALID_PLAN_FILE`, or as `readJson` */
export function openPlanFile(file: string): PlanFile {
  return readPlanFile(readJson(file), file);
}

/** The plan as `writePlanFile` keeps it. */
export function filedPlan(plan: Plan, source: string, inspection: PlanInspection | undefined): PlanFile {
  return planFileOf(plan, { source, findings: inspection && ((task) => inspection.tasks[task]?.finding) });
}

/** Whether a plan was checked when it was kept. */
export function isChecked({ tasks }: PlanFile): boolean {
  return tasks.some(({ finding }) => finding !== undefined);
}

/** @throws RefusedError `PLAN_OF_OTHER_WORKFLOW` when it was made of another workflow than is to be run */
export function requirePlanOf(
  { workflow: made }: PlanFile,
  { name, version }: Pick<Workflow, 'name' | 'version'>,
): void {
  if (made === name) return;
  const message = `the plan is of "${made}", and "${name}", version ${version}, is to be run.`;
  throw refusal(name, {
    code: 'PLAN_OF_OTHER_WORKFLOW',
    message,
    next: 'Name no workflow: the plan says which it is.',
  });
}

/** The input that a plan was made for. @throws RefusedError `PLAN_INPUT_MASKED` when it held secrets, which no file keeps */
export function inputOf({ input, workflow }: PlanFile): JsonValue {
  if (!JSON.stringify(input).includes(secretMask)) return input;
  const message = 'its input held secret values, which are not kept.';
  throw refusal(workflow, { code: 'PLAN_INPUT_MASKED', message, next: 'Give the same input again with --input.' });
}

const differencesMax = 50;

/** Refuses a run of a plan that is not what it was when it was kept. @throws RefusedError `PLAN_CHANGED` with what has changed */
export function requireSamePlan(file: string, kept: PlanFile, now: PlanFile): void {
  const differences = planDifferences(kept, now);
  if (differences.length === 0) return;
  const shown = differences.slice(0, differencesMax).map((one) => differenceLines(one).join('\n    '));
  const left = differences.length - shown.length;
  const messages = left > 0 ? [...shown, `… and ${left} more differences`] : shown;
  const next = `Look at it and keep it again: ${commandName()} plan … --check --out ${file}`;
  const problems = messages.map((message, index) => ({
    code: 'PLAN_CHANGED',
    message,
    ...(index === messages.length - 1 ? { next } : {}),
  }));
  throw new RefusedError('PLAN_CHANGED', `What would be run is not what ${file} says`, problems);
}
