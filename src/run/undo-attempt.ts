import type { SerializedError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { DeclaredTask, TaskContext } from '../workflow/index.ts';
import { recordedError } from './recorded-error.ts';
import { UndoUnverifiedError } from './task-errors.ts';

/**
 * Undoes one task and verifies it: afterwards its `check`, if it has one, must not say that the effect is still there.
 * Never rejects; answers the error, or undefined when the task is undone.
 */
export async function runUndo(
  task: DeclaredTask,
  context: TaskContext,
  output: JsonValue | undefined,
): Promise<SerializedError | undefined> {
  const { undo, check } = task.body;
  if (!undo) return undefined;
  try {
    context.signal.throwIfAborted();
    await undo(context, output);
    const answer = check ? await check(context) : 'needed';
    if (typeof answer === 'object' && 'done' in answer)
      throw new UndoUnverifiedError(task.key, 'the effect is still there');
    return undefined;
  } catch (thrown) {
    return recordedError(thrown);
  }
}
