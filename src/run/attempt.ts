import type { SerializedError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { CheckAnswer, DeclaredTask, TaskContext } from '../workflow/index.ts';
import { recordedError } from './recorded-error.ts';
import { recordedOutput } from './recorded-output.ts';
import { EffectMissingError, isOutcomeUnknown, OutputSkippedError, TaskTimeoutError } from './task-errors.ts';

/** How long a probe may take after its attempt was given up, in milliseconds. */
const probeTimeoutMs = 30_000;

/** How an attempt ended. */
export type AttemptOutcome =
  /** `isAdopted`: the effect was in place, so that `run` had nothing to do. */
  | { readonly kind: 'succeeded'; readonly output: JsonValue; readonly isAdopted?: true }
  | { readonly kind: 'failed'; readonly error: SerializedError }
  /** The effect may or may not have happened, and nobody can tell yet. */
  | { readonly kind: 'unknown'; readonly error: SerializedError };

/**
 * Runs one attempt of a task and says how it ended. Never rejects; settles only when the body has really ended.
 * A task whose `check` says that its effect is in place is not run: what is there is adopted. After `run`, `check`
 * must not say that the effect is missing.
 */
export async function runAttempt(task: DeclaredTask, context: TaskContext): Promise<AttemptOutcome> {
  const { check, run } = task.body;
  try {
    context.signal.throwIfAborted();
    if (check) {
      const answer = await check(context);
      if (isDone(answer)) return { kind: 'succeeded', output: recordedOutput(task.key, answer.done), isAdopted: true };
    }
    context.signal.throwIfAborted();
    const output = recordedOutput(task.key, await run(context));
    if (isTimeout(context)) return { kind: 'failed', error: recordedError(context.signal.reason) };
    if (check && !context.signal.aborted && (await check(context)) === 'needed') throw new EffectMissingError(task.key);
    return { kind: 'succeeded', output };
  } catch (thrown) {
    // It has joined what was there to be joined; whoever reads what it passes on is told what is missing.
    if (task.kind === 'barrier' && thrown instanceof OutputSkippedError) return { kind: 'succeeded', output: null };
    return await outcomeOfError(task, context, thrown);
  }
}

async function outcomeOfError(task: DeclaredTask, context: TaskContext, thrown: unknown): Promise<AttemptOutcome> {
  const { signal } = context;
  const error = signal.aborted ? abortError(signal.reason, thrown) : recordedError(thrown);
  if (!isOutcomeUnknown(thrown)) return { kind: 'failed', error };
  // What was given up may go on where it was sent to; the probe has its own time.
  const probing = signal.aborted ? { ...context, signal: AbortSignal.timeout(probeTimeoutMs) } : context;
  return await settleByAsking(task, probing, error);
}

/**
 * The connection was lost, or the attempt given up, after the effect was sent: the task's own probe knows best, once
 * nothing that was sent can still bring it about.
 */
async function settleByAsking(
  task: DeclaredTask,
  context: TaskContext,
  error: SerializedError,
): Promise<AttemptOutcome> {
  if (!task.body.check) return { kind: 'unknown', error };
  try {
    await task.body.end?.(context);
    const answer = await task.body.check(context);
    if (isDone(answer)) return { kind: 'succeeded', output: recordedOutput(task.key, answer.done) };
    return answer === 'needed' ? { kind: 'failed', error } : { kind: 'unknown', error };
  } catch {
    // The probe could not tell either; the first error says more.
    return { kind: 'unknown', error };
  }
}

function isDone(answer: CheckAnswer<JsonValue>): answer is { readonly done: JsonValue } {
  return typeof answer === 'object' && 'done' in answer;
}

function isTimeout({ signal }: TaskContext): boolean {
  return signal.aborted && signal.reason instanceof TaskTimeoutError;
}

/** The reason of the abort, and what the body made of it when that says more. */
function abortError(reason: unknown, thrown: unknown): SerializedError {
  const error = recordedError(reason);
  return thrown === reason ? error : { ...error, cause: recordedError(thrown) };
}
