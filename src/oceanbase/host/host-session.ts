import type { ShellCommand } from './shell-command.ts';

/** Which stream of a command a line came from. */
export type OutputStream = 'stdout' | 'stderr';

/** How one command is run. */
export interface ExecOptions {
  /** Gives the command up: it gets TERM and its channel is closed. */
  readonly signal?: AbortSignal | undefined;
  /** The deadline of the whole call (waiting, connecting, running), in milliseconds. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** What the command reads; default nothing. Secrets go here, never into the command line. */
  readonly stdin?: string | Buffer | undefined;
  /** Gets each line without its newline, as it arrives, at most 8,192 characters of it. */
  readonly onOutput?: ((line: string, stream: OutputStream) => void) | undefined;
  /** How much of each stream is kept, in bytes; the rest is read and dropped. Default 1 MiB. */
  readonly outputBytesMax?: number | undefined;
}

/** A command that ended with an explicit exit status, whichever it was. */
export interface ExecResult {
  readonly exitStatus: number;
  /** UTF-8; bytes that are not become U+FFFD. Ends with a marker line when output was cut. */
  readonly stdout: string;
  readonly stderr: string;
  /** True when a stream is not whole: above the limit, or cut off after the exit status. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** Runs commands on one host. */
export interface HostSession {
  readonly hostId: number | string;
  /**
   * Runs a command and resolves with its exit status, 0 or not. Everything else rejects with a `HostSessionError`,
   * whose `mayHaveRun` says whether the command may have been started.
   */
  exec(command: ShellCommand, options?: ExecOptions): Promise<ExecResult>;
  /** Refuses commands from now on; commands under way end by themselves. Safe twice. */
  close(): Promise<void>;
}
