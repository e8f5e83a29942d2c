import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execArgv } from './server-process.ts';

/** What it tells of itself: its port and its processor time so far. */
export interface ConstantTold {
  readonly port: number;
  readonly cpuMs: number;
}

const program = fileURLToPath(new URL('constant-program.ts', import.meta.url));

/** A bare Fastify app in a process of its own that answers with a constant JSON text: what a figure is compared with. */
export class ConstantProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(bytes: number): Promise<ConstantProcess> {
    const child = fork(program, [String(bytes)], { execArgv: [...execArgv] });
    const [{ port }] = (await once(child, 'message')) as [ConstantTold];
    return new ConstantProcess(child, port);
  }

  async cpuMs(): Promise<number> {
    const told = once(this.#child, 'message');
    this.#child.send('tell');
    return ((await told) as [ConstantTold])[0].cpuMs;
  }

  stop(): void {
    this.#child.disconnect();
  }
}
