import { JournalStore } from '../journal-store.ts';
import type { Store } from '../store.ts';
import { MemoryLedger } from './memory-ledger.ts';

/** A store in this process's memory: everything the port promises but survival of the process. */
export function memoryStore(): Store {
  return new JournalStore(new MemoryLedger(), { membersMax: 1, schedule: queueMicrotask, logDelayMs: 0, busyMs: 0 });
}
