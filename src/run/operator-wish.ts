import { PrecedeError, RefusedError, serializeError, type Problem } from '../errors/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { OperationResult } from './engine-interface.ts';
import { OperationRefusedError, operationRefusal } from './operation-errors.ts';
import { operations, type Operation, type Resolution, type RollbackExtent } from './operations.ts';
import type { Traced } from './trace-id.ts';

/** What an operator asks for, as data: it may have to reach the process that has the run. */
export type OperatorAction =
  | { readonly action: 'retry' | 'cancel'; readonly task?: string | number }
  | { readonly action: 'skip'; readonly task: string | number }
  | { readonly action: 'resolve'; readonly task: string | number; readonly resolution: Resolution }
  | { readonly action: 'pause' | 'resume' }
  | ({ readonly action: 'rollback' } & RollbackExtent);

/** An operator's wish for a run that another process has. */
export type OperatorWish = OperatorAction & Traced & { readonly by?: string };

/** What an action comes down to on the state of the run. */
export function operationOf(wanted: OperatorAction): Operation {
  return (request, indexOf) => {
    switch (wanted.action) {
      case 'retry':
        return operations.retry(request, wanted.task === undefined ? undefined : indexOf(wanted.task));
      case 'skip':
        return operations.skip(request, indexOf(wanted.task));
      case 'cancel':
        return wanted.task === undefined
          ? operations.cancelRun(request)
          : operations.cancelTask(request, indexOf(wanted.task));
      case 'resolve':
        return operations.resolve(request, indexOf(wanted.task), wanted.resolution);
      case 'pause':
        return operations.pause(request);
      case 'resume':
        return operations.resume(request);
      case 'rollback':
        return operations.rollback(request, wanted);
    }
  };
}

/** The wish as it reaches another process. */
export function wishAsJson(wish: OperatorWish): JsonObject {
  // Without what is left out; all else is data.
  return JSON.parse(JSON.stringify(wish)) as JsonObject;
}

/** The answer to a wish that was fulfilled. */
export function doneAnswer({ tasks }: OperationResult): JsonObject {
  return { tasks: tasks.map(({ number, key }) => ({ number, key })) };
}

/** The answer to a wish that was not. */
export function failedAnswer(error: unknown): JsonObject {
  const { code, message, next } = serializeError(error);
  const told = { code, message, ...(next === undefined ? {} : { next }) };
  if (!(error instanceof RefusedError)) return { failed: told };
  const problems = error.problems.map((problem) => ({
    code: problem.code,
    message: problem.message,
    ...(problem.next === undefined ? {} : { next: problem.next }),
    details: problem.details ?? {},
  }));
  return { refused: { ...told, problems } };
}

/** What was answered, as whoever asked gets it. @throws what the wish was refused with, or failed with */
export function resultOfAnswer(runId: number, answer: JsonObject): OperationResult {
  // Written by the two functions above and by nothing else.
  const told = answer as unknown as Answer;
  if (told.refused) throw refusedAgain(told.refused);
  if (told.failed) throw new PrecedeError(told.failed.code, told.failed);
  return { runId, tasks: told.tasks ?? [], isDryRun: false };
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
}

interface Answer {
  readonly tasks?: OperationResult['tasks'];
  readonly refused?: Told & { readonly problems: readonly Problem[] };
  readonly failed?: Told;
}

/** The message of a refusal begins with its subject. */
function refusedAgain({ code, message, problems }: Told & { readonly problems: readonly Problem[] }): RefusedError {
  const [only] = problems;
  const end = problems.length === 1 && only ? message.indexOf(`: ${only.message}`) : message.lastIndexOf(': ');
  const subject = message.slice(0, end === -1 ? undefined : end);
  const reason = code === 'OPERATION_REFUSED' ? operationRefusal(only?.details?.['reason']) : undefined;
  if (only && reason) return new OperationRefusedError(subject, { ...only, reason });
  return new RefusedError(code, subject, problems);
}
