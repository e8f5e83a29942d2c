import { Socket } from 'node:net';

/** The answer of a server was larger than it may be. */
class AnswerTooLargeError extends Error {
  readonly code = 'ANSWER_TOO_LARGE';
}

/**
 * A socket between us and a server that may be hostile. A parser that throws on what arrives ends the connection, not
 * the process; and what arrives for one statement is bounded.
 */
export class GuardedSocket extends Socket {
  readonly #bytesMax: number;
  #bytesLeft: number;

  constructor(bytesMax: number) {
    super();
    this.#bytesMax = bytesMax;
    this.#bytesLeft = bytesMax;
  }

  /** Allows the whole number of bytes again. */
  expectAnswer(): void {
    this.#bytesLeft = this.#bytesMax;
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...values);
    try {
      this.#count(values[0]);
      return super.emit(event, ...values);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
      return true;
    }
  }

  #count(chunk: unknown): void {
    this.#bytesLeft -= Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (this.#bytesLeft >= 0) return;
    throw new AnswerTooLargeError(`the answer is larger than ${String(this.#bytesMax)} bytes`);
  }
}
