import type { LimitPool } from '../schedule/index.ts';
import type { Scrubber } from '../secrets/index.ts';
import type { Store } from '../store/index.ts';
import type { Service } from '../workflow/index.ts';
import type { Clock } from './clock.ts';
import type { Deadlines } from './deadlines.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Ownership } from './ownership.ts';
import type { Logger } from './logger.ts';
import type { NoticeBus } from './notice-bus.ts';
import type { Traced } from './trace-id.ts';

/** What all runs of one engine share. */
export interface EngineParts {
  readonly store: Store;
  /** The engine as one of the store's owners. */
  readonly ownership: Ownership;
  readonly clock: Clock;
  /** Draws a number from 0 to below 1. */
  readonly random: () => number;
  readonly scrubber: Scrubber;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly dispatcher: Dispatcher;
  readonly limits: LimitPool;
  readonly use: <Provided>(service: Service<Provided>) => Provided;
  /** Listeners to all runs. */
  readonly bus: NoticeBus;
  /** A listener threw or rejected. */
  readonly reportListener: (error: unknown) => void;
  /** A run can no longer be recorded. */
  readonly reportFailure: (run: Traced & { readonly runId: number }, error: unknown) => void;
}
