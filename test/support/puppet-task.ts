import type { JsonValue } from '../../src/json/index.ts';
import type { TaskContext } from '../../src/workflow/index.ts';
import { quiet } from './turns.ts';

/** One invocation of a puppet's body, which goes on until the test ends it. */
export class PuppetAttempt {
  readonly attempt: number;
  readonly context: TaskContext;
  readonly #settlers: PromiseWithResolvers<unknown>;

  constructor(context: TaskContext, settlers: PromiseWithResolvers<unknown>) {
    this.attempt = context.attempt;
    this.context = context;
    this.#settlers = settlers;
  }

  get isAborted(): boolean {
    return this.context.signal.aborted;
  }

  /** Returns from the body; resolves when what follows has come to rest. */
  async succeed(output: unknown = null): Promise<void> {
    this.#settlers.resolve(output);
    await quiet();
  }

  /** Throws from the body, whatever `error` is. */
  async fail(error: unknown = new Error('it broke')): Promise<void> {
    this.#settlers.reject(error);
    await quiet();
  }

  /** Throws what the body was aborted with, as bodies do that heed their signal. */
  async yield(): Promise<void> {
    await this.fail(this.context.signal.reason);
  }
}

/** An attempt that may not have begun yet: awaiting it, or ending it, waits until it has. */
export class ComingAttempt implements PromiseLike<PuppetAttempt> {
  readonly #attempt: Promise<PuppetAttempt>;

  constructor(attempt: Promise<PuppetAttempt>) {
    this.#attempt = attempt;
  }

  then<Result = PuppetAttempt, Failure = never>(
    onFulfilled?: ((attempt: PuppetAttempt) => Result | PromiseLike<Result>) | null,
    onRejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    return this.#attempt.then(onFulfilled, onRejected);
  }

  async succeed(output?: JsonValue): Promise<void> {
    await (await this.#attempt).succeed(output);
  }

  async fail(error?: unknown): Promise<void> {
    await (await this.#attempt).fail(error);
  }
}

/** A task body on strings: the test sees each attempt begin and says how it ends. Nothing sleeps. */
export class PuppetTask {
  /** All attempts that have begun, in order. */
  readonly attempts: PuppetAttempt[] = [];
  readonly #waiting: ((attempt: PuppetAttempt) => void)[] = [];
  #handedOut = 0;

  readonly body = (context: TaskContext): Promise<unknown> => {
    const settlers = Promise.withResolvers<unknown>();
    const attempt = new PuppetAttempt(context, settlers);
    this.attempts.push(attempt);
    this.#waiting.shift()?.(attempt);
    return settlers.promise;
  };

  /** How often the body has begun. */
  get begun(): number {
    return this.attempts.length;
  }

  /** The next attempt that nobody asked for yet; it may begin later. */
  nextAttempt(): ComingAttempt {
    const begun = this.attempts[this.#handedOut++];
    if (begun) return new ComingAttempt(Promise.resolve(begun));
    return new ComingAttempt(new Promise((resolve) => this.#waiting.push(resolve)));
  }
}
