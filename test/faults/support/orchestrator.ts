import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What is asked of the program: runs to start, by their input. */
export interface Asked {
  readonly runs: readonly RunInput[];
}

export interface RunInput {
  readonly lengthsMs: number[];
  readonly blockMs?: number;
}

/** What the program tells. */
export type Told =
  | { readonly kind: 'ready' | 'leaving' }
  | { readonly kind: 'started'; readonly runIds: readonly number[] }
  /** It has taken a run up that nobody alive had. */
  | { readonly kind: 'taken'; readonly runId: number }
  /** A run cannot go on in it. */
  | { readonly kind: 'lost'; readonly runId: number; readonly code: string }
  /** It has recorded something of a run. */
  | {
      readonly kind: 'recorded';
      readonly runId: number;
      readonly sequence: number;
      readonly to: string;
      readonly task?: number;
      readonly attempt?: number;
    }
  | { readonly kind: 'unhandled'; readonly error: string };

interface OrchestratorOptions {
  readonly store: string;
  readonly effects: string;
  readonly leaseMs: number;
  readonly concurrency: number;
}

const program = fileURLToPath(new URL('orchestrator-program.ts', import.meta.url));
const nodeArgs = ['--conditions=@precede/source', '--disable-warning=ExperimentalWarning'];

/** A process of the embedding program, as the test that has started it sees it. */
export class Orchestrator {
  readonly told: Told[] = [];
  readonly process: ChildProcess;
  /** What it has printed on standard error. */
  stderr = '';
  readonly #closed: Promise<unknown>;
  #listeners: (() => void)[] = [];

  constructor({ store, effects, leaseMs, concurrency }: OrchestratorOptions) {
    const args = [...nodeArgs, program, store, String(leaseMs), String(concurrency)];
    this.process = spawn(process.execPath, args, { env: { ...process.env, PRECEDE_EFFECTS: effects } });
    this.#closed = once(this.process, 'close').finally(() => {
      this.#wake();
    });
    this.process.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()));
    // What is asked of one that has been killed goes nowhere.
    this.process.stdin?.on('error', () => undefined);
    if (!this.process.stdout) throw new Error('The process has no standard output.');
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.told.push(JSON.parse(line) as Told);
      this.#wake();
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  ask(asked: Asked): void {
    this.process.stdin?.write(`${JSON.stringify(asked)}\n`);
  }

  /** Starts runs; answers their numbers. */
  async start(runs: readonly RunInput[]): Promise<readonly number[]> {
    const { length } = this.told;
    this.ask({ runs });
    const started = await this.hears((told) => told.kind === 'started', length);
    return started.kind === 'started' ? started.runIds : [];
  }

  /** The first thing told that fits, from a place on; waits for it. */
  async hears(fits: (told: Told) => boolean, from = 0): Promise<Told> {
    for (;;) {
      const found = this.told.slice(from).find(fits);
      if (found) return found;
      if (this.hasEnded) throw new Error(`The orchestrator has ended: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** How it ended; waits for that and for everything that it told. */
  async ended(): Promise<{ readonly status: number | null; readonly signal: string | null }> {
    await this.#closed;
    return { status: this.process.exitCode, signal: this.process.signalCode };
  }

  #wake(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
