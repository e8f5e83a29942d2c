import type { RunEvent, RunHeader } from '../state/index.ts';
import type { Tables } from '../workflow/index.ts';
import type { Ledger } from './ledger.ts';
import { HeaderMismatchError } from './misuse.ts';
import { ClaimHeldError, IdempotencyKeyError, UnknownRunError, type HeldClaim } from './refusals.ts';
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
  ledger.insertRun(header);
  const bodies = events.map((event) => ledger.bodyOf(event));
  ledger.extendRun(ids.runId, { bodies, state, updatedAtMs: events.at(-1)?.atMs });
  if (request.idempotency) {
    ledger.useKey(request.idempotency.key, { request: request.idempotency.request, runId: ids.runId });
  }
  return { header: ledger.header(ids.runId) ?? header, isExisting: false };
}

/** What `Store.append` does within its transaction; `bodies` are the commit's events in recorded form. */
export function append<Body>(
  ledger: Ledger<Body>,
  commit: PreparedCommit<Body>,
  lend: LendTables,
): Promise<void> | void {
  if (commit.claims) moveClaims(ledger, commit.runId, commit.claims);
  const { also } = commit;
  if (!also) {
    extend(ledger, commit);
    return;
  }
  if (!ledger.hasRun(commit.runId)) throw new UnknownRunError(commit.runId);
  return lend((tables) => also(tables)).then(() => extend(ledger, commit));
}

/** A commit whose events the caller can no longer change. */
export interface PreparedCommit<Body> extends Omit<JournalCommit, 'events'> {
  readonly bodies: readonly Body[];
  readonly updatedAtMs: number | undefined;
}

/** Takes the events out of the caller's hands. */
export function prepare<Body>(ledger: Ledger<Body>, { events, ...rest }: JournalCommit): PreparedCommit<Body> {
  return { ...rest, bodies: events.map((event: RunEvent) => ledger.bodyOf(event)), updatedAtMs: events.at(-1)?.atMs };
}

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

function extend<Body>(ledger: Ledger<Body>, { runId, ...extension }: PreparedCommit<Body>): void {
  if (!ledger.extendRun(runId, extension)) throw new UnknownRunError(runId);
}
