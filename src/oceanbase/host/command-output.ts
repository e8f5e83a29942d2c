import { StringDecoder } from 'node:string_decoder';

/** The first bytes of a stream, kept in one buffer that grows up to the limit. */
export class CommandOutput {
  readonly #bytesMax: number;
  #kept = Buffer.alloc(0);
  #length = 0;
  #dropped = 0;
  #cutOff = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Keeps what there is room for and counts the rest. Amortised O(chunk). */
  push(chunk: Buffer): void {
    const taken = Math.min(chunk.length, this.#bytesMax - this.#length);
    this.#dropped += chunk.length - taken;
    if (this.#length + taken > this.#kept.length) this.#grow(this.#length + taken);
    chunk.copy(this.#kept, this.#length, 0, taken);
    this.#length += taken;
  }

  /** Says that the stream ended before the command had written all. */
  cutOff(): void {
    this.#cutOff = true;
  }

  get truncated(): boolean {
    return this.#cutOff || this.#dropped > 0;
  }

  /** All as UTF-8, with a marker line at the end when it is not whole. A character cut in two is left out then. */
  text(): string {
    const bytes = this.#kept.subarray(0, this.#length);
    if (!this.truncated) return bytes.toString('utf8');
    const why = this.#dropped > 0 ? `${String(this.#dropped)} bytes more` : 'the connection ended early';
    return `${new StringDecoder('utf8').write(bytes)}\n[output cut: ${why}]\n`;
  }

  #grow(needed: number): void {
    const grown = Buffer.alloc(Math.min(this.#bytesMax, Math.max(needed, 2 * this.#kept.length, 4_096)));
    this.#kept.copy(grown, 0, 0, this.#length);
    this.#kept = grown;
  }
}
