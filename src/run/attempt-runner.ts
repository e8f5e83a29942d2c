import type { JsonValue } from '../json/index.ts';
import type { Plan } from '../plan/index.ts';
import type { RunHeader, RunRecord } from '../state/index.ts';
import { LeaseLostError } from '../store/index.ts';
import type { DeclaredTask, TaskContext, TaskLog } from '../workflow/index.ts';
import type { EngineParts } from './engine-parts.ts';
import type { RunReporter } from './run-reporter.ts';
import { OutputSkippedError, TaskTimeoutError } from './task-errors.ts';
import { upstreamOutputs } from './upstream-outputs.ts';

interface AttemptRunnerOptions {
  readonly header: RunHeader;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly parts: EngineParts;
  readonly reporter: RunReporter;
}

/** An attempt that runs so many times its estimate is slow. */
const slowFactor = 3;

/** Gives task bodies their context, their time limit and their abort signal, and forgets them when they end. */
export class AttemptRunner {
  readonly #options: AttemptRunnerOptions;
  readonly #controllers = new Map<number, AbortController>();
  #abortedBy: unknown;

  constructor(options: AttemptRunnerOptions) {
    this.#options = options;
  }

  /** Runs a body, or an undo, of a task; settles when it has ended, whatever its time limit says. */
  async run<Result>(
    task: number,
    body: (declared: DeclaredTask, context: TaskContext) => Promise<Result>,
  ): Promise<Result> {
    const declared = this.#options.plan.tasks[task];
    if (!declared) throw new RangeError(`The plan has no task ${task}.`);
    const controller = new AbortController();
    this.#controllers.set(task, controller);
    if (this.#abortedBy !== undefined) controller.abort(this.#abortedBy);
    const cancelTimeout = this.#limitTime(task, declared, controller);
    const cancelWarning = this.#warnWhenSlow(task, declared);
    try {
      return await body(declared, this.contextOf(task, controller.signal));
    } finally {
      cancelTimeout?.();
      cancelWarning?.();
      this.#controllers.delete(task);
    }
  }

  /** Aborts a task's body. The body decides when it ends. */
  abort(task: number, reason: unknown): void {
    this.#controllers.get(task)?.abort(reason);
  }

  /** Aborts all bodies, those that begin later included. */
  abortAll(reason: Error): void {
    this.#abortedBy = reason;
    for (const controller of this.#controllers.values()) controller.abort(reason);
  }

  #limitTime(task: number, declared: DeclaredTask, controller: AbortController): (() => void) | undefined {
    const { key } = declared;
    const timeoutMs = this.#isUndo(task) ? declared.undoTimeoutMs : declared.timeoutMs;
    if (timeoutMs === undefined) return undefined;
    return this.#options.parts.deadlines.after(timeoutMs, () => {
      controller.abort(new TaskTimeoutError(key, timeoutMs));
    });
  }

  /** Not of a default estimate, which nobody gave, and not of an undo, which has none. */
  #warnWhenSlow(task: number, { estimateMs, hasOwnEstimate }: DeclaredTask): (() => void) | undefined {
    const { parts, reporter } = this.#options;
    if (!hasOwnEstimate || estimateMs === 0 || this.#isUndo(task)) return undefined;
    const beganMs = parts.clock.monotonicMs();
    return parts.deadlines.after(slowFactor * estimateMs, () => {
      reporter.warnSlow(task, { elapsedMs: Math.round(parts.clock.monotonicMs() - beganMs), estimateMs });
    });
  }

  #isUndo(task: number): boolean {
    return this.#options.record.taskState(task) === 'ROLLING_BACK';
  }

  /** What a body gets: of the attempt that is under way, or was the last. */
  contextOf(task: number, signal: AbortSignal): TaskContext {
    const { header, plan, record, parts, reporter } = this.#options;
    const sources = plan.tasks[task]?.sources ?? [];
    const attempt = record.attempt(task);
    return {
      input: plan.input,
      upstream: upstreamOutputs(sources, (upstream) => this.#outputOf(upstream)),
      context: header.context,
      signal,
      log: logOf(reporter, task),
      use: parts.use,
      runId: header.id,
      attempt,
      throwIfFenced: async () => {
        await parts.ownership.prove();
        // The engine may have joined anew meanwhile, without this run.
        if (this.#abortedBy instanceof LeaseLostError) throw this.#abortedBy;
      },
      token: `${header.createdAtMs.toString(36)}-${header.id}-${task + 1}-${attempt}`,
      progress: (fraction, text = '') => {
        reporter.progress(task, fraction, text);
      },
    };
  }

  #outputOf(task: number): JsonValue {
    const { plan, record } = this.#options;
    const declared = plan.tasks[task];
    const output = record.output(task);
    if (declared?.kind === 'barrier' && output === null) {
      // Something that it joins may have been skipped, which matters to whoever reads that.
      const upstream = upstreamOutputs(declared.sources, (source) => this.#outputOf(source));
      return declared.body.run({ upstream } as TaskContext) as JsonValue;
    }
    if (output === undefined) throw new OutputSkippedError(declared?.key ?? String(task + 1));
    return output;
  }
}

function logOf(reporter: RunReporter, task: number): TaskLog {
  return {
    debug: (text, fields) => {
      reporter.log(task, 'debug', text, fields);
    },
    info: (text, fields) => {
      reporter.log(task, 'info', text, fields);
    },
    warn: (text, fields) => {
      reporter.log(task, 'warn', text, fields);
    },
    output: (text) => {
      reporter.log(task, 'output', text);
    },
  };
}
