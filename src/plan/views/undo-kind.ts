/** How a task is reversed: by its undo, not at all, or there is nothing that would reverse it. */
export type UndoKind = 'undo' | 'irreversible' | 'none';

/** What tells how a task is reversed. What is recorded of a task has no body. */
export interface Undoable {
  readonly irreversible: boolean;
  readonly body?: { readonly undo?: unknown };
}

export function undoOf(task: Undoable): UndoKind {
  if (task.irreversible) return 'irreversible';
  return task.body?.undo ? 'undo' : 'none';
}
