/**
 * A statement that a dialect built from validated values. Only a dialect makes one, and a session sends nothing else.
 */
export class SqlStatement {
  readonly #text: string;

  /** For dialects only: they promise that the text holds no value that was not validated. */
  constructor(text: string) {
    this.#text = text;
  }

  /** The statement as the server gets it. */
  get text(): string {
    return this.#text;
  }

  toString(): string {
    return this.#text;
  }

  toJSON(): string {
    return this.#text;
  }
}
