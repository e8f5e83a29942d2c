/** Something in a store that is not as it was recorded, or contradicts itself. */
export interface StoreProblem {
  /** A literal such as `EVENT_DAMAGED`. */
  readonly code: string;
  /** The run that it is about; absent when it is about the file, or a table of workflows. */
  readonly runId?: number;
  readonly message: string;
  readonly next: string;
}

/** What was looked at, and what is wrong with it. */
export interface StoreCheck {
  readonly file: string;
  /** Of the file's layout; 0 when nothing could be read of it, or it is still empty. */
  readonly version: number;
  readonly runs: number;
  readonly events: number;
  /** None when the store is sound. */
  readonly problems: readonly StoreProblem[];
}
