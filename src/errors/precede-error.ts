import type { JsonObject } from '../json/index.ts';

/** What an error is made of besides its code: what went wrong with what, and what to do about it. */
export interface ErrorParts {
  /** One sentence: what went wrong, and with which thing. */
  readonly message: string;
  /** One sentence: what the reader can do next. */
  readonly next?: string | undefined;
  /** The facts of the message as fields, for programs. Never a secret. */
  readonly details?: JsonObject | undefined;
  readonly cause?: unknown;
}

/** The base of every error that this package throws on purpose. Its `code` is a literal that never changes. */
export class PrecedeError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly next: string | undefined;
  readonly details: JsonObject;

  constructor(code: Code, parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = new.target.name;
    this.code = code;
    this.next = parts.next;
    this.details = parts.details ?? {};
  }
}
