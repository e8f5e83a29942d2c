/** How to take back what a transaction has changed, in the order of the changes. */
export type UndoLog = (() => void)[];

/** Takes back what was changed since the log had this length. */
export function undoTo(undoLog: UndoLog, length: number): void {
  while (undoLog.length > length) undoLog.pop()?.();
}

/** Sets an entry. O(1). */
export function setUndoably<Key, Value>(undoLog: UndoLog, map: Map<Key, Value>, key: Key, value: Value): void {
  recordUndo(undoLog, map, key);
  map.set(key, value);
}

/** Deletes an entry. O(1). */
export function deleteUndoably<Key, Value>(undoLog: UndoLog, map: Map<Key, Value>, key: Key): void {
  recordUndo(undoLog, map, key);
  map.delete(key);
}

function recordUndo<Key, Value>(undoLog: UndoLog, map: Map<Key, Value>, key: Key): void {
  const before = map.get(key);
  undoLog.push(before === undefined ? () => map.delete(key) : () => map.set(key, before));
}
