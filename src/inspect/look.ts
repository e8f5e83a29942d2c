import type { Problem } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { PlanTask } from '../plan/index.ts';
import { OutputUnknownError, recordedOutput } from '../run/index.ts';
import type { CheckAnswer, CheckContext, TaskContext } from '../workflow/index.ts';
import type { TaskFinding } from './task-finding.ts';

/** What one task was found to be, and what would stop it. */
export interface Look {
  readonly finding: TaskFinding;
  readonly problems: readonly Problem[];
}

/** Looks at a task, but for no longer than this: one that takes too long is aborted and not waited for. Never rejects. */
export function lookWithin(
  deadlineMs: number,
  task: PlanTask,
  contextFor: (signal: AbortSignal) => CheckContext,
): Promise<Look> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      const why = `it did not answer within ${deadlineMs} ms`;
      controller.abort(new Error(why));
      const next = 'Find out what keeps it, or give the inspection a longer deadline.';
      resolve(unknown(why, [{ code: 'CHECK_TIMEOUT', message: `The check of "${task.key}": ${why}.`, next }]));
    }, deadlineMs);
    void lookAt(task, contextFor(controller.signal)).then((look) => {
      clearTimeout(timer);
      resolve(look);
    });
  });
}

/** Asks a task's `check` whether its effect is in place, and its `preview` what it would do if not. Never rejects. */
async function lookAt(task: PlanTask, context: CheckContext): Promise<Look> {
  try {
    if (task.kind === 'barrier') return lookAtBarrier(task, context);
    const answer: CheckAnswer<JsonValue> = (await task.body.check?.(context)) ?? 'needed';
    if (answer === 'needed') return clear({ kind: 'needed', steps: await task.body.preview?.(context) });
    if ('done' in answer) return clear({ kind: 'done', output: recordedOutput(task.key, answer.done) });
    return unknown(answer.unknown, answer.problems ?? []);
  } catch (error) {
    // What is only known after a run stops nobody.
    if (error instanceof OutputUnknownError) return unknown(error.message, []);
    return unknown(messageOf(error), [problemOf(error)]);
  }
}

/** A barrier has no effect of its own: it is done as soon as all that it joins is. */
function lookAtBarrier({ key, body }: PlanTask, context: CheckContext): Look {
  try {
    // A barrier's body only passes on what `upstream` gives it.
    return clear({ kind: 'done', output: recordedOutput(key, body.run(context as TaskContext)) });
  } catch (error) {
    if (error instanceof OutputUnknownError) return clear({ kind: 'needed', steps: [] });
    throw error;
  }
}

function clear(finding: TaskFinding): Look {
  return { finding, problems: [] };
}

function unknown(why: string, problems: readonly Problem[]): Look {
  return { finding: { kind: 'unknown', why }, problems };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What an error that was thrown while looking says of what is wrong. */
export function problemOf(error: unknown): Problem {
  const { code, next } = (error ?? {}) as { readonly code?: unknown; readonly next?: unknown };
  return {
    code: typeof code === 'string' ? code : 'CHECK_FAILED',
    message: messageOf(error),
    ...(typeof next === 'string' ? { next } : {}),
  };
}
