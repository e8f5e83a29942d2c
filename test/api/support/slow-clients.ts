import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execArgv } from './server-process.ts';

/** Connections that are held as long as the server lets them. */
export interface SlowJob {
  readonly port: number;
  readonly connections: number;
  readonly forMs: number;
  /** How long after that they are held if the server does not close them. */
  readonly graceMs: number;
  /** What each sends as it opens. */
  readonly opening: string;
  /** What it sends every second. */
  readonly drip: string;
  /** Whether it takes what it is sent. */
  readonly reads: boolean;
}

/** Not that of honest clients: an address may send so many requests. */
export const slowAddress = '127.0.0.2';

const program = fileURLToPath(new URL('slow-program.ts', import.meta.url));

/** A process of slow clients. */
export class SlowClients {
  readonly #child: ChildProcess = fork(program, [], { execArgv: [...execArgv] });

  /** Resolves with how many connections were opened, when all of them are closed. */
  async hold(job: SlowJob): Promise<number> {
    const opened = once(this.#child, 'message');
    this.#child.send(job);
    return ((await opened) as [number])[0];
  }

  stop(): void {
    this.#child.disconnect();
  }
}
