import type { Problem } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import { prioritiesOf, undoOf, type Plan, type PlanTask } from '../plan/index.ts';
import { OutputUnknownError, secretNameProblems, upstreamOutputs } from '../run/index.ts';
import { LimitPool, requireConcurrency, Schedule } from '../schedule/index.ts';
import { createScrubber, type Scrubber } from '../secrets/index.ts';
import {
  emptyRunContext,
  serviceLookup,
  type CheckContext,
  type ProvidedService,
  type RunContext,
  type TaskLog,
} from '../workflow/index.ts';
import { admissionProblems, type AdmittingStore } from './admission.ts';
import { lookWithin, type Look } from './look.ts';
import { shownFinding, shownProblem } from './shown.ts';
import type { InspectionProblem, PlanInspection } from './task-finding.ts';

export interface InspectOptions {
  /** What task bodies ask for with `ctx.use`. */
  readonly services?: readonly ProvidedService[];
  /** Where the run would be kept: held claims, and what the workflow's `admit` says, are then told as problems. @default none */
  readonly store?: AdmittingStore;
  /**
   * Values that appear in no finding, besides those that the input schema marks; as a scrubber also those that it learns
   * while looking. @default none
   */
  readonly secrets?: Iterable<string> | Scrubber;
  /** The run's string and list context, where it is known beforehand. @default empty */
  readonly context?: RunContext;
  /** How many tasks are looked at at a time. @default 16 */
  readonly concurrency?: number;
  /** Each task's `check` and `preview` have this long together, in milliseconds. @default 10_000 */
  readonly deadlineMs?: number;
}

const defaults = Object.freeze({ concurrency: 16, deadlineMs: 10_000 });

/**
 * A dry run against the real state: asks every task's read-only `check` whether its effect is in place, upstreams first,
 * and every needed one's `preview` what it would do. Runs nothing, writes nothing, never rejects because of a task.
 * Secret values are masked in what it answers; the tasks see them as they are.
 *
 * @throws RefusedError `SECRET_TOO_SHORT` or `SECRET_TOO_LONG` for a secret that no text could be searched for, and
 * `INVALID_CONCURRENCY`
 */
export async function inspectPlan(plan: Plan, options: InspectOptions = {}): Promise<PlanInspection> {
  const { secrets = [], concurrency = defaults.concurrency } = options;
  requireConcurrency(concurrency, 'The plan cannot be inspected');
  const scrubber = 'json' in secrets ? secrets : createScrubber(secrets);
  for (const secret of plan.secrets) scrubber.add(secret);
  const admission = options.store ? await admissionProblems(plan, options.store) : [];
  const refusals = [...secretNameProblems(plan), ...admission];
  const looks = await new Inspection(plan, options).looks();
  return {
    tasks: plan.tasks.map((declared, task) => ({
      number: task + 1,
      key: declared.key,
      finding: shownFinding(looks[task]?.finding ?? notLookedAt, scrubber),
      undo: undoOf(declared),
    })),
    problems: collected(refusals, looks).map((problem) => shownProblem(problem, scrubber)),
  };
}

const notLookedAt = Object.freeze({ kind: 'unknown', why: 'it was not looked at' });

/** Looks at the tasks in the order in which they would start, several at a time. */
class Inspection {
  readonly #plan: Plan;
  readonly #options: InspectOptions;
  readonly #looks: (Look | undefined)[];
  readonly #schedule: Schedule;

  constructor(plan: Plan, options: InspectOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#looks = plan.tasks.map(() => undefined);
    this.#schedule = new Schedule({ graph: plan.graph, priority: prioritiesOf(plan), pool: new LimitPool() });
  }

  async looks(): Promise<readonly (Look | undefined)[]> {
    const { concurrency = defaults.concurrency } = this.#options;
    const underWay = new Set<Promise<void>>();
    for (;;) {
      const task = underWay.size < concurrency ? this.#schedule.take() : -1;
      if (task === -1 && underWay.size === 0) return this.#looks;
      if (task === -1) await Promise.race(underWay);
      else {
        const looking = this.#look(task).then(() => void underWay.delete(looking));
        underWay.add(looking);
      }
    }
  }

  async #look(task: number): Promise<void> {
    const declared = this.#plan.tasks[task];
    const { deadlineMs = defaults.deadlineMs } = this.#options;
    if (declared) {
      this.#looks[task] = await lookWithin(deadlineMs, declared, (signal) => this.#contextOf(declared, signal));
    }
    this.#schedule.release(task);
    this.#schedule.settle(task);
  }

  #contextOf({ sources }: PlanTask, signal: AbortSignal): CheckContext {
    const { services = [], context = emptyRunContext } = this.#options;
    return {
      input: this.#plan.input,
      upstream: upstreamOutputs(sources, (upstream) => this.#knownOutput(upstream)),
      context,
      signal,
      log: silentLog,
      use: serviceLookup(services),
    };
  }

  #knownOutput(task: number): JsonValue {
    const finding = this.#looks[task]?.finding;
    if (finding?.kind === 'done') return finding.output;
    throw new OutputUnknownError(this.#plan.tasks[task]?.key ?? String(task + 1));
  }
}

/** Each problem once, with all the tasks that meet it. O(problems). */
function collected(refusals: readonly Problem[], looks: readonly (Look | undefined)[]): readonly InspectionProblem[] {
  const met = new Map<string, Problem & { readonly tasks: number[] }>();
  const meet = (problem: Problem, numbers: readonly number[]): void => {
    // It may be an error, whose message no spread would copy.
    const { code, message, next, details } = problem;
    const id = JSON.stringify([code, message]);
    const known = met.get(id) ?? { code, message, next, details, tasks: [] };
    met.set(id, known);
    known.tasks.push(...numbers);
  };
  for (const problem of refusals) meet(problem, []);
  for (const [task, look] of looks.entries()) for (const problem of look?.problems ?? []) meet(problem, [task + 1]);
  return [...met.values()];
}

const silentLog: TaskLog = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  output: () => undefined,
});
