import type { JsonObject } from '../json/index.ts';
import type { Service } from './service.ts';

/** A run's string and list context, as OCP shows it. Filled at admission; the same for every task of the run. */
export interface RunContext {
  readonly stringMap: Readonly<Record<string, string>>;
  readonly listMap: Readonly<Record<string, readonly string[]>>;
}

/** Writes lines to the task's own log. Secrets are scrubbed before a line is kept anywhere. */
export interface TaskLog {
  debug(text: string, fields?: JsonObject): void;
  info(text: string, fields?: JsonObject): void;
  warn(text: string, fields?: JsonObject): void;
  /** A line that a command or a database printed. */
  output(text: string): void;
}

/** What `check` and `preview` get: everything they need to look, nothing to act with. */
export interface CheckContext<Input = unknown, Upstreams = unknown> {
  readonly input: Input;
  /** Outputs of the upstreams, by the names given in `upstream`. Reading one that is not known throws `OutputUnknownError`. */
  readonly upstream: Upstreams;
  readonly context: RunContext;
  /** Aborted when the attempt is cancelled or its time is over. */
  readonly signal: AbortSignal;
  readonly log: TaskLog;
  /** The service that the engine or the inspection was given. Throws `ServiceMissingError` when it was not. */
  use<Provided>(service: Service<Provided>): Provided;
}

/** What `run` and `undo` get. */
export interface TaskContext<Input = unknown, Upstreams = unknown> extends CheckContext<Input, Upstreams> {
  readonly runId: number;
  /** Counts from 1. */
  readonly attempt: number;
  /** The step token: the same for every sending of this attempt's effect, also when another process sends it again. */
  readonly token: string;
  /**
   * Rejects with `LeaseLostError` when another process may have taken the run over meanwhile. To be called right before an
   * effect that cannot be taken back: a process that was stopped for a while finds out here.
   */
  throwIfFenced(): Promise<void>;
  /** Reports how far the body is: a fraction from 0 to 1 and a few words. */
  progress(fraction: number, text?: string): void;
}
