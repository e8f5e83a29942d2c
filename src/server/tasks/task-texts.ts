import type { Run } from '../../run/index.ts';

interface Kept {
  readonly version: number;
  readonly text: string;
}

/**
 * What runs look like as JSON text, kept until their journal grows: callers poll, and a run of thousands of tasks is not
 * written anew for each. Holds at most so many characters; what was asked for longest ago goes first.
 */
export class TaskTexts {
  readonly #kept = new Map<number, Kept>();
  readonly #write: (run: Run) => string;
  readonly #charactersMax: number;
  #characters = 0;

  constructor(write: (run: Run) => string, charactersMax = 32 * 1024 * 1024) {
    this.#write = write;
    this.#charactersMax = charactersMax;
  }

  /** The text of a run whose journal has got so far; `find` is asked only when it has grown since. */
  async textOf({ runId, version }: { runId: number; version: number }, find: () => Promise<Run>): Promise<string> {
    const kept = this.#kept.get(runId);
    if (kept?.version === version) {
      this.#touch(runId, kept);
      return kept.text;
    }
    const text = this.#write(await find());
    this.#forget(runId);
    if (text.length <= this.#charactersMax) this.#keep(runId, { version, text });
    return text;
  }

  #touch(runId: number, kept: Kept): void {
    this.#kept.delete(runId);
    this.#kept.set(runId, kept);
  }

  #keep(runId: number, kept: Kept): void {
    this.#kept.set(runId, kept);
    this.#characters += kept.text.length;
    for (const [oldest] of this.#kept) {
      if (this.#characters <= this.#charactersMax) return;
      this.#forget(oldest);
    }
  }

  #forget(runId: number): void {
    this.#characters -= this.#kept.get(runId)?.text.length ?? 0;
    this.#kept.delete(runId);
  }
}
