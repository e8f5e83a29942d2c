import type { Run } from '../../run/index.ts';

interface Kept {
  readonly version: number;
  readonly bytes: Buffer;
}

/**
 * What runs look like as JSON, encoded, and kept until their journal grows: callers poll, and a run of thousands of tasks is not
 * written anew for each. Holds at most so many bytes; what was asked for longest ago goes first.
 */
export class TaskTexts {
  readonly #kept = new Map<number, Kept>();
  readonly #write: (run: Run) => Promise<string>;
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(write: (run: Run) => Promise<string>, bytesMax = 32 * 1024 * 1024) {
    this.#write = write;
    this.#bytesMax = bytesMax;
  }

  /** The JSON of a run whose journal has got so far; `find` is asked only when it has grown since. */
  async bytesOf({ runId, version }: { runId: number; version: number }, find: () => Promise<Run>): Promise<Buffer> {
    const kept = this.#kept.get(runId);
    if (kept?.version === version) {
      this.#touch(runId, kept);
      return kept.bytes;
    }
    const bytes = Buffer.from(await this.#write(await find()));
    this.#forget(runId);
    if (bytes.length <= this.#bytesMax) this.#keep(runId, { version, bytes });
    return bytes;
  }

  #touch(runId: number, kept: Kept): void {
    this.#kept.delete(runId);
    this.#kept.set(runId, kept);
  }

  #keep(runId: number, kept: Kept): void {
    this.#kept.set(runId, kept);
    this.#bytes += kept.bytes.length;
    for (const [oldest] of this.#kept) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#forget(oldest);
    }
  }

  #forget(runId: number): void {
    this.#bytes -= this.#kept.get(runId)?.bytes.length ?? 0;
    this.#kept.delete(runId);
  }
}
