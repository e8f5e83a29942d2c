import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execArgv } from './server-process.ts';

/** What is to be sent. */
export interface LoadJob {
  readonly port: number;
  readonly connections: number;
  /** Whole requests. */
  readonly requests: readonly string[];
  /** For how long they go round; without it each is sent once. */
  readonly forMs?: number;
  /** How long a connection waits after an answer. @default 0 */
  readonly pauseMs?: number;
  /** @default false */
  readonly keepsBodies?: boolean;
}

/** How it went. */
export interface LoadResult {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests whose connection was closed before their answer. */
  readonly broken: number;
  readonly bytes: number;
  readonly bodies: readonly string[];
}

const program = fileURLToPath(new URL('load-program.ts', import.meta.url));

/** A process that sends requests. */
export class LoadProcess {
  readonly #child: ChildProcess = fork(program, [], { execArgv: [...execArgv] });

  async send(job: LoadJob): Promise<LoadResult> {
    const result = once(this.#child, 'message');
    this.#child.send(job);
    return (await result)[0] as LoadResult;
  }

  stop(): void {
    this.#child.disconnect();
  }
}
