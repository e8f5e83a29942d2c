import type { Ledger } from './ledger.ts';
import type { OwnerFacts } from './owner.ts';
import { RunHeldError, UnknownRunError } from './refusals.ts';

/** A run that somebody has taken, as far as the ledger knows. */
export interface TakenHold {
  readonly recoveries: number;
  /** The owner that has vanished; undefined when the run was let go. */
  readonly from: OwnerFacts | undefined;
}

/** What `Store.takeRun` does within its transaction. @throws UnknownRunError, RunHeldError */
export function takeRun(ledger: Ledger, runId: number, ownerId: number): TakenHold {
  const hold = ledger.hold(runId);
  if (!hold) throw new UnknownRunError(runId);
  requireUnheld(ledger, runId, ownerId);
  const vanished = hold.ownerId === ownerId ? undefined : hold.ownerId;
  const from = vanished === undefined ? undefined : ledger.holder(vanished);
  if (vanished !== undefined) ledger.condemnOwner(vanished);
  const recoveries = hold.recoveries + (vanished === undefined ? 0 : 1);
  ledger.setHold(runId, { ownerId, fence: hold.fence + 1, recoveries });
  return { recoveries, from };
}

/** What `Store.letGo` does within its transaction. */
export function letGo(ledger: Ledger, runId: number, ownerId: number): void {
  const hold = ledger.hold(runId);
  if (hold?.ownerId === ownerId) ledger.setHold(runId, { ...hold, ownerId: undefined });
}

/** @throws RunHeldError when another owner than this has the run and is alive, or may be */
export function requireUnheld(ledger: Ledger, runId: number, ownerId: number | undefined): void {
  const hold = ledger.hold(runId);
  if (hold?.ownerId === undefined || hold.ownerId === ownerId) return;
  const holder = ledger.holder(hold.ownerId);
  if (holder?.isAlive) throw new RunHeldError(runId, holder);
}
