import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BodyTimes } from './timed-flow.ts';

/** What a server process is told as it starts. */
export interface ServerSettings {
  readonly file: string;
  /** Undefined for any number. */
  readonly concurrency?: number;
  /** What a store that is new is filled with. */
  readonly clusters: number;
  readonly spare: number;
  readonly bodyMs: BodyTimes;
  /** Whether an address may send as many requests as it likes. @default true */
  readonly isUnlimited?: boolean;
}

/** How a server process is. */
export interface Vitals {
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  readonly rssMb: number;
  readonly connections: number;
  /** How many connections of slow clients there have been, and how long the one lived that lived longest. */
  readonly slow: { readonly count: number; readonly longestMs: number };
  /** Runs that it has taken up from a process that is gone, and when the last of them was, from its own start. */
  readonly taken: number;
  readonly lastTakenAtMs: number;
  /** Processor time so far. */
  readonly cpuMs: number;
}

/** What it is asked; `reset` begins a new measurement. */
export type Asked = 'reset' | 'vitals';

/** What it tells. */
export type Told =
  | { readonly kind: 'ready'; readonly port: number; readonly startedMs: number }
  | { readonly kind: 'vitals'; readonly vitals: Vitals }
  | { readonly kind: 'stopping' };

const program = fileURLToPath(new URL('server-program.ts', import.meta.url));

/** How a program of the tests is started. */
export const execArgv = Object.freeze(['--conditions=@precede/source', '--disable-warning=ExperimentalWarning']);

/** A listening server in a process of its own, over a store file. */
export class ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
  /** Resolves once it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
    this.ended = once(child, 'exit').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  /** Resolves when it listens. */
  static async start(settings: ServerSettings, nodeFlags: readonly string[] = []): Promise<ServerProcess> {
    const child = fork(program, [JSON.stringify(settings)], { execArgv: [...execArgv, ...nodeFlags] });
    const ready = await nextOf(child, 'ready');
    return new ServerProcess(child, ready.port);
  }

  async ask(asked: Asked): Promise<Vitals> {
    const answer = nextOf(this.child, 'vitals');
    this.child.send(asked);
    return (await answer).vitals;
  }

  /** Resolves when it has been asked to end and knows it. */
  async stop(): Promise<void> {
    const stopping = nextOf(this.child, 'stopping');
    this.child.kill('SIGTERM');
    await stopping;
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** The next thing of a kind that a program tells; rejects when it ends before. */
function nextOf<Kind extends Told['kind']>(child: ChildProcess, kind: Kind): Promise<Extract<Told, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      child.off('message', listen);
      child.off('exit', leave);
    };
    const listen = (told: Told): void => {
      if (told.kind !== kind) return;
      stop();
      resolve(told as Extract<Told, { kind: Kind }>);
    };
    const leave = (): void => {
      stop();
      reject(new Error(`The server ended before it was ${kind}.`));
    };
    child.on('message', listen);
    child.on('exit', leave);
  });
}
