import type { SerializedError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { DeclaredTask, TaskContext } from '../workflow/index.ts';
import { runAttempt, type AttemptOutcome } from './attempt.ts';
import { recordedError } from './recorded-error.ts';
import { recordedOutput } from './recorded-output.ts';
import { OutcomeUnknownError, TaskCancelledError } from './task-errors.ts';
import { runUndo } from './undo-attempt.ts';

/**
 * Says how an attempt ended whose process has ended before it could record that. The world is asked: a repeatable task
 * goes on under the same step token, which finds what was sent; of any other its `check` knows whether the effect is in
 * place. When nobody can tell, the outcome is unknown. Never rejects.
 */
export async function settleAttempt(task: DeclaredTask, context: TaskContext): Promise<AttemptOutcome> {
  if (task.repeatable) return await runAttempt(task, context);
  const answer = await asked(task, context);
  if (answer === 'needed') return await runAttempt(task, context);
  if (answer && 'done' in answer) return succeeded(task, answer.done);
  return { kind: 'unknown', error: unknownError(answer?.unknown) };
}

/** As `settleAttempt`, for an attempt that was being cancelled: what it left running is ended first. */
export async function settleCancelled(task: DeclaredTask, context: TaskContext, by: string): Promise<AttemptOutcome> {
  try {
    await task.body.end?.(context);
  } catch (error) {
    return { kind: 'unknown', error: recordedError(error) };
  }
  const answer = await asked(task, context);
  if (answer && answer !== 'needed' && 'done' in answer) return succeeded(task, answer.done);
  if (answer === 'needed' || task.repeatable) {
    return { kind: 'failed', error: recordedError(new TaskCancelledError(task.key, by)) };
  }
  return { kind: 'unknown', error: unknownError(answer?.unknown) };
}

/** As `settleAttempt`, for an undo. Answers the error, or undefined when the task is undone. */
export async function settleUndo(
  task: DeclaredTask,
  context: TaskContext,
  output: JsonValue | undefined,
): Promise<SerializedError | undefined> {
  if (task.repeatable || !task.body.undo) return await runUndo(task, context, output);
  const answer = await asked(task, context);
  if (answer === 'needed') return undefined;
  if (answer && 'done' in answer) return await runUndo(task, context, output);
  return unknownError(answer?.unknown);
}

/** What the task's own probe says; undefined when there is none. */
async function asked({ body }: DeclaredTask, context: TaskContext) {
  try {
    return await body.check?.(context);
  } catch (error) {
    return { unknown: recordedError(error).message };
  }
}

function succeeded({ key }: DeclaredTask, done: JsonValue): AttemptOutcome {
  try {
    return { kind: 'succeeded', output: recordedOutput(key, done), isAdopted: true };
  } catch (error) {
    return { kind: 'failed', error: recordedError(error) };
  }
}

function unknownError(why: string | undefined): SerializedError {
  const reason = why ?? 'it has no check that could tell';
  return recordedError(
    new OutcomeUnknownError(`The process that ran it ended before its outcome was recorded, and ${reason}.`),
  );
}
