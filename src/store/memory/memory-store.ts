import { JournalStore } from '../journal-store.ts';
import type { Store } from '../store.ts';
import { MemoryLedger } from './memory-ledger.ts';

/** Each call is a commit of its own, at once. */
export const memoryGrouping = Object.freeze({
  membersMax: 1,
  workMsMax: Infinity,
  schedule: queueMicrotask,
  logDelayMs: 0,
  linesHeldMax: 0,
  busyMs: 0,
});

/** A store in this process's memory: everything the port promises but survival of the process. */
export function memoryStore(): Store {
  return new JournalStore(new MemoryLedger(), { grouping: memoryGrouping });
}
