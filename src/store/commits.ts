import type { RunEvent, RunHeader } from '../state/index.ts';
import type { Tables } from '../workflow/index.ts';
import type { Ledger } from './ledger.ts';
import { HeaderMismatchError } from './misuse.ts';
import { requireUnheld } from './holds.ts';
import {
  ClaimHeldError,
  IdempotencyKeyError,
  JournalMovedError,
  LeaseLostError,
  UnknownRunError,
  type HeldClaim,
} from './refusals.ts';
import type { CreatedRun, JournalCommit, NewRun, RunIds } from './store.ts';

/** Lends the transaction's tables to a callback, for no longer than it takes. */
export type LendTables = <Result>(use: (tables: Tables) => Promise<Result>) => Promise<Result>;

/** The first task of a store's first run is 100001, as in the documented answers. */
const taskIdsBefore = 100_000;

/** What `Store.createRun` does within its transaction. */
export async function createRun<Body>(ledger: Ledger<Body>, request: NewRun, lend: LendTables): Promise<CreatedRun> {
  const existing = existingRun(ledger, request);
  if (existing) return { header: existing, isExisting: true };
  requireFree(ledger, 'The run', { claims: request.claims });
  const ids = drawIds(ledger, request.taskCount);
  for (const claim of new Set(request.claims)) ledger.takeClaim(claim, ids.runId);
  const { header, events, state } = await lend((tables) => request.admit(ids, tables));
  requireOwnHeader(ids, { header, claims: request.claims });
  ledger.insertRun(header, request.owner?.id);
  const bodies = events.map((event) => ledger.bodyOf(event));
  ledger.extendRun(ids.runId, {
    ...{ bodies, state, fence: firstFence, isProgress: false },
    updatedAtMs: events.at(-1)?.atMs,
  });
  if (request.idempotency) {
    ledger.useKey(request.idempotency.key, { request: request.idempotency.request, runId: ids.runId });
  }
  return { header: ledger.header(ids.runId) ?? header, isExisting: false };
}

/** The fencing token of a new run. */
const firstFence = 1;

/** What `Store.append` does within its transaction; `bodies` are the commit's events in recorded form. */
export function append<Body>(
  ledger: Ledger<Body>,
  commit: PreparedCommit<Body>,
  lend: LendTables,
): Promise<number> | number {
  requireHeld(ledger, commit);
  if (commit.claims) moveClaims(ledger, commit.runId, commit.claims);
  const { also } = commit;
  return also ? lend((tables) => also(tables)).then(() => extend(ledger, commit)) : extend(ledger, commit);
}

/** Before anything else of a commit that has more to it than events: `also` must see nothing of a run that is lost. */
function requireHeld(ledger: Ledger, { runId, claims, also, fence, after }: PreparedCommit<unknown>): void {
  if (!claims && !also) return;
  const hold = ledger.hold(runId);
  if (hold?.fence !== fence || (after !== undefined && hold.eventCount !== after))
    throw notExtended(ledger, { runId, fence, after });
}

/** A commit whose events the caller can no longer change. */
export interface PreparedCommit<Body> extends Omit<JournalCommit, 'events'> {
  readonly bodies: readonly Body[];
  readonly isProgress: boolean;
  /** What would be lost if it were never written; absent when that can be found out again. */
  readonly aside: string | undefined;
  readonly updatedAtMs: number | undefined;
}

/** Takes the events out of the caller's hands. */
export function prepare<Body>(ledger: Ledger<Body>, { events, ...rest }: JournalCommit): PreparedCommit<Body> {
  const ends = events.filter(isEnd);
  return {
    ...rest,
    bodies: events.map((event) => ledger.bodyOf(event)),
    updatedAtMs: events.at(-1)?.atMs,
    isProgress: ends.length > 0,
    aside: ends.length > 0 ? JSON.stringify({ runId: rest.runId, fence: rest.fence, events: ends }) : undefined,
  };
}

/** Says what became of something: a body, an undo, the run. */
function isEnd({ type }: RunEvent): boolean {
  return !notEnds.has(type);
}

const notEnds: ReadonlySet<RunEvent['type']> = new Set([
  ...(['run-started', 'run-paused', 'run-resumed', 'run-cancel-requested', 'run-rollback-started'] as const),
  'changes-accepted',
  ...(['task-started', 'task-cancelling', 'task-rollback-started', 'tasks-retried'] as const),
]);

function existingRun(ledger: Ledger, { idempotency }: NewRun): RunHeader | undefined {
  const use = idempotency && ledger.keyUse(idempotency.key);
  if (!use) return undefined;
  if (use.request !== idempotency.request) throw new IdempotencyKeyError(idempotency.key, use.runId);
  return ledger.header(use.runId);
}

function drawIds(ledger: Ledger, taskCount: number): RunIds {
  if (!(Number.isSafeInteger(taskCount) && taskCount >= 0))
    throw new RangeError(`A run cannot have ${taskCount} tasks.`);
  return { runId: ledger.draw('run', 1), firstTaskId: taskIdsBefore + ledger.draw('task', taskCount) };
}

function requireOwnHeader(ids: RunIds, { header, claims }: { header: RunHeader; claims: readonly string[] }): void {
  const hasOwnIds = header.id === ids.runId && header.firstTaskId === ids.firstTaskId;
  if (!hasOwnIds || !isSameSet(claims, header.claims)) throw new HeaderMismatchError({ ...ids, claims }, header);
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.every((claim) => other.includes(claim)) && other.every((claim) => one.includes(claim));
}

function moveClaims(ledger: Ledger, runId: number, move: 'release' | 'take'): void {
  if (move === 'release') {
    ledger.releaseClaims(runId);
    return;
  }
  const header = ledger.header(runId);
  if (!header) throw new UnknownRunError(runId);
  requireFree(ledger, `Run ${runId}`, { claims: header.claims, by: runId });
  for (const claim of new Set(header.claims)) ledger.takeClaim(claim, runId);
}

function requireFree(
  ledger: Ledger,
  subject: string,
  { claims, by }: { claims: readonly string[]; by?: number },
): void {
  const held: HeldClaim[] = [];
  for (const claim of new Set(claims)) {
    const runId = ledger.claimHolder(claim);
    if (runId !== undefined && runId !== by) held.push({ claim, runId });
  }
  if (held.length > 0) throw new ClaimHeldError(subject, held);
}

function extend<Body>(ledger: Ledger<Body>, commit: PreparedCommit<Body>): number {
  const { runId, fence, claims, owner, answer } = commit;
  if (!ledger.extendRun(runId, commit)) throw notExtended(ledger, commit);
  if (answer) ledger.answerWish(answer.wishId, answer.body);
  if (claims === 'release') ledger.setHold(runId, { ownerId: undefined, fence, recoveries: 0 });
  if (claims !== 'take') return fence;
  requireUnheld(ledger, runId, owner?.id);
  ledger.setHold(runId, { ownerId: owner?.id, fence: fence + 1, recoveries: 0 });
  return fence + 1;
}

function notExtended(
  ledger: Ledger,
  { runId, fence, after }: { readonly runId: number; readonly fence: number; readonly after?: number | undefined },
): Error {
  const hold = ledger.hold(runId);
  if (!hold) return new UnknownRunError(runId);
  if (hold.fence !== fence || after === undefined) return new LeaseLostError(runId);
  return new JournalMovedError(runId, { after, found: hold.eventCount });
}
