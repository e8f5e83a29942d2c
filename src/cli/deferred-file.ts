import { closeSync, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';

const heldMax = 1_000;
const ownerOnly = 0o600;

/**
 * A stream into a file whose name is known only later: what is written before is held, at most 1,000 pieces, and written
 * when the file is opened. A file that is never opened is never made.
 */
export class DeferredFile extends Writable {
  #held: Buffer[] = [];
  #file: number | undefined;

  /** Opens the file to append to, which only its owner may read. */
  open(path: string): void {
    this.#file ??= openSync(path, 'a', ownerOnly);
    for (const piece of this.#held.splice(0)) writeSync(this.#file, piece);
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#file !== undefined) writeSync(this.#file, piece);
    else if (this.#held.length < heldMax) this.#held.push(piece);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    done(error);
  }
}
