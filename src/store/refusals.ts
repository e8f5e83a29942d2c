import { PrecedeError, RefusedError } from '../errors/index.ts';
import type { OwnerFacts } from './owner.ts';

/** A claim that somebody else holds. */
export interface HeldClaim {
  readonly claim: string;
  /** The run that holds it. */
  readonly runId: number;
}

/** Claims that a run needs are held by other runs. Nothing was written. */
export class ClaimHeldError extends RefusedError<'CLAIM_HELD'> {
  readonly held: readonly HeldClaim[];

  constructor(subject: string, held: readonly HeldClaim[]) {
    super(
      'CLAIM_HELD',
      subject,
      held.map(({ claim, runId }) => ({
        code: 'CLAIM_HELD',
        message: `Claim "${claim}" is held by run ${runId}.`,
        next: `Wait until run ${runId} has ended, or cancel it, and try again.`,
        details: { claim, runId },
      })),
    );
    this.held = held;
  }
}

/** An idempotency key that has made a run is given again with another workflow or input. Nothing was written. */
export class IdempotencyKeyError extends RefusedError<'IDEMPOTENCY_KEY_REUSED'> {
  /** The run that the key has made. */
  readonly runId: number;

  constructor(key: string, runId: number) {
    super('IDEMPOTENCY_KEY_REUSED', `Idempotency key "${key}"`, [
      {
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: `It has already made run ${runId}, with another workflow or input.`,
        next: `Look at run ${runId}, or start this request under a key of its own.`,
        details: { key, runId },
      },
    ]);
    this.runId = runId;
  }
}

/** The store has no run of this id. Nothing was written. */
export class UnknownRunError extends RefusedError<'UNKNOWN_RUN'> {
  readonly runId: number;

  constructor(runId: number) {
    super('UNKNOWN_RUN', `Run ${runId}`, [
      {
        code: 'UNKNOWN_RUN',
        message: 'The store has no such run.',
        next: 'List the runs (engine.runs(), precede list) to see their ids, and check that it is the right store.',
        details: { runId },
      },
    ]);
    this.runId = runId;
  }
}

/** A run is in the hands of another owner that is alive, or may be. Nothing was written. */
export class RunHeldError extends RefusedError<'RUN_HELD'> {
  readonly runId: number;
  readonly holder: OwnerFacts;

  constructor(runId: number, holder: OwnerFacts) {
    const { pid, host } = holder;
    super('RUN_HELD', `Run ${runId}`, [
      {
        code: 'RUN_HELD',
        message: `Process ${pid} on ${host} has it.`,
        next: 'Let that process carry it, or end that process; then try again.',
        details: { runId, pid, host },
      },
    ]);
    this.runId = runId;
    this.holder = holder;
  }
}

/** Another owner has taken the run since: this one was taken for dead. Nothing was written. */
export class LeaseLostError extends PrecedeError<'LEASE_LOST'> {
  constructor(runId?: number) {
    super('LEASE_LOST', {
      message:
        runId === undefined
          ? 'This process was taken for dead, and its runs may be in the hands of others.'
          : `Run ${runId} has been taken over by another process, which took this one for dead.`,
      next: 'Look at the run to see how it goes on: precede show, or engine.run(id).',
      ...(runId === undefined ? {} : { details: { runId } }),
    });
  }
}

/** Somebody else has appended to the journal since it was read. Nothing was written. */
export class JournalMovedError extends PrecedeError<'JOURNAL_MOVED'> {
  constructor(runId: number, { after, found }: { readonly after: number; readonly found: number }) {
    super('JOURNAL_MOVED', {
      message: `The journal of run ${runId} holds ${found} events, not ${after}.`,
      next: 'Read the run again and decide anew.',
      details: { runId, after, found },
    });
  }
}
