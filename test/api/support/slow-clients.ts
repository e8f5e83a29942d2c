import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execArgv } from './server-process.ts';

/** Connections that are held as long as the server lets them. */
export interface SlowJob {
  readonly port: number;
  readonly connections: number;
  readonly forMs: number;
  /** What each sends as it opens. */
  readonly opening: string;
  /** What it sends every second; nothing when empty. */
  readonly drip: string;
  /** Whether it takes what it is sent. */
  readonly reads: boolean;
}

export interface SlowResult {
  readonly opened: number;
  readonly closedByServer: number;
  /** How long the one lived that lived longest. */
  readonly longestMs: number;
}

const program = fileURLToPath(new URL('slow-program.ts', import.meta.url));

/** A process of slow clients. */
export class SlowClients {
  readonly #child: ChildProcess = fork(program, [], { execArgv: [...execArgv] });

  async hold(job: SlowJob): Promise<SlowResult> {
    const result = once(this.#child, 'message');
    this.#child.send(job);
    return (await result)[0] as SlowResult;
  }

  stop(): void {
    this.#child.disconnect();
  }
}
