import type { PlanTask } from '../plan.ts';

/** How a task is reversed: by its undo, not at all, or there is nothing that would reverse it. */
export type UndoKind = 'undo' | 'irreversible' | 'none';

export function undoOf(task: Pick<PlanTask, 'irreversible' | 'body'>): UndoKind {
  if (task.irreversible) return 'irreversible';
  return task.body.undo ? 'undo' : 'none';
}
