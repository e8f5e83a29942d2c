import type { JsonValue } from '../json/index.ts';
import type { Plan, PlanTask } from '../plan/index.ts';
import { OutputUnknownError, recordedOutput, upstreamOutputs } from '../run/index.ts';
import { createScrubber, type Scrubber } from '../secrets/index.ts';
import {
  emptyRunContext,
  serviceLookup,
  type CheckAnswer,
  type CheckContext,
  type PreviewStep,
  type ProvidedService,
  type RunContext,
  type TaskContext,
  type TaskLog,
} from '../workflow/index.ts';

/** What a dry run found out about one task. Never a guess. */
export type TaskFinding =
  /** The effect is in place; dependents were looked at with this output. */
  | { readonly kind: 'done'; readonly output: JsonValue }
  /** It would run; `steps` is what it would do, undefined when the task cannot tell beforehand. */
  | { readonly kind: 'needed'; readonly steps: readonly PreviewStep[] | undefined }
  | { readonly kind: 'unknown'; readonly why: string };

export interface TaskInspection {
  /** Position in the plan, from 1. */
  readonly number: number;
  readonly key: string;
  readonly finding: TaskFinding;
  readonly undo: 'undo' | 'irreversible' | 'none';
}

export interface PlanInspection {
  readonly tasks: readonly TaskInspection[];
}

export interface InspectOptions {
  /** What task bodies ask for with `ctx.use`. */
  readonly services?: readonly ProvidedService[];
  /** Values that appear in no finding, besides those that the input schema marks. @default none */
  readonly secrets?: Iterable<string>;
  /** The run's string and list context, where it is known beforehand. @default empty */
  readonly context?: RunContext;
  /** Each task's `check` and `preview` have this long together, in milliseconds. @default 10_000 */
  readonly deadlineMs?: number;
}

/**
 * A dry run against the real state: asks every task's read-only `check` whether its effect is in place, upstreams first,
 * and every needed one's `preview` what it would do. Runs nothing, writes nothing, never rejects because of a task.
 * Secret values are masked in what it answers; the tasks see them as they are.
 *
 * @throws RefusedError `SECRET_TOO_SHORT` or `SECRET_TOO_LONG` for a secret that no text could be searched for
 */
export async function inspectPlan(plan: Plan, options: InspectOptions = {}): Promise<PlanInspection> {
  const scrubber = createScrubber([...plan.secrets, ...(options.secrets ?? [])]);
  const findings = new Map<number, TaskFinding>();
  for (const task of plan.order) {
    const declared = plan.tasks[task];
    if (!declared) continue;
    const look = (signal: AbortSignal) =>
      inspectTask(declared, contextOf({ plan, declared, findings, options, signal }));
    findings.set(task, await answerWithin(options.deadlineMs ?? deadlineDefaultMs, look));
  }
  return {
    tasks: plan.tasks.map((declared, task) => ({
      number: task + 1,
      key: declared.key,
      finding: shown(findings.get(task) ?? { kind: 'unknown', why: 'it was not looked at' }, scrubber),
      undo: declared.irreversible ? 'irreversible' : declared.body.undo ? 'undo' : 'none',
    })),
  };
}

/** The finding as it may be seen. */
function shown(finding: TaskFinding, scrubber: Scrubber): TaskFinding {
  switch (finding.kind) {
    case 'done':
      return { kind: 'done', output: scrubber.json(finding.output) };
    case 'needed':
      return { kind: 'needed', steps: finding.steps?.map((step) => shownStep(step, scrubber)) };
    case 'unknown':
      return { kind: 'unknown', why: scrubber.text(finding.why) };
  }
}

function shownStep(step: PreviewStep, scrubber: Scrubber): PreviewStep {
  const text = scrubber.text(step.text);
  return step.kind === 'note' ? { kind: 'note', text } : { kind: step.kind, host: scrubber.text(step.host), text };
}

/** A task that takes too long is aborted and not waited for. */
function answerWithin(deadlineMs: number, look: (signal: AbortSignal) => Promise<TaskFinding>): Promise<TaskFinding> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      const why = `it did not answer within ${deadlineMs} ms`;
      controller.abort(new Error(why));
      resolve({ kind: 'unknown', why });
    }, deadlineMs);
    void look(controller.signal).then((finding) => {
      clearTimeout(timer);
      resolve(finding);
    });
  });
}

/** Never rejects. */
async function inspectTask(declared: PlanTask, context: CheckContext): Promise<TaskFinding> {
  try {
    if (declared.kind === 'barrier') return inspectBarrier(declared, context);
    const answer: CheckAnswer<JsonValue> = (await declared.body.check?.(context)) ?? 'needed';
    if (answer === 'needed') return { kind: 'needed', steps: await declared.body.preview?.(context) };
    return 'done' in answer
      ? { kind: 'done', output: recordedOutput(declared.key, answer.done) }
      : { kind: 'unknown', why: answer.unknown };
  } catch (error) {
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
  }
}

/** A barrier has no effect of its own: it is done as soon as all that it joins is. */
function inspectBarrier({ key, body }: PlanTask, context: CheckContext): TaskFinding {
  try {
    // A barrier's body only passes on what `upstream` gives it.
    return { kind: 'done', output: recordedOutput(key, body.run(context as TaskContext)) };
  } catch (error) {
    if (error instanceof OutputUnknownError) return { kind: 'needed', steps: [] };
    throw error;
  }
}

interface ContextParts {
  readonly plan: Plan;
  readonly declared: PlanTask;
  readonly findings: ReadonlyMap<number, TaskFinding>;
  readonly options: InspectOptions;
  readonly signal: AbortSignal;
}

function contextOf({ plan, declared, findings, options, signal }: ContextParts): CheckContext {
  const { services = [], context = emptyRunContext } = options;
  return {
    input: plan.input,
    upstream: upstreamOutputs(declared.sources, (upstream) => knownOutput(plan, findings, upstream)),
    context,
    signal,
    log: silentLog,
    use: serviceLookup(services),
  };
}

function knownOutput(plan: Plan, findings: ReadonlyMap<number, TaskFinding>, task: number): JsonValue {
  const finding = findings.get(task);
  if (finding?.kind === 'done') return finding.output;
  throw new OutputUnknownError(plan.tasks[task]?.key ?? String(task + 1));
}

const deadlineDefaultMs = 10_000;

const silentLog: TaskLog = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  output: () => undefined,
});
