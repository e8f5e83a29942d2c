import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Orchestrator } from './orchestrator.ts';
import { effectsIn, StoreAudit } from './store-audit.ts';

/** Pause between two looks at the store from outside, in milliseconds: nobody tells when another process writes. */
const lookMs = 10;

/** A store file in a directory of its own, and the processes that carry runs on it. */
export class Orchestration {
  readonly directory: string;
  readonly audit: StoreAudit;
  /** All that ever were, the ended ones included. */
  readonly orchestrators: Orchestrator[] = [];

  private constructor(directory: string, audit: StoreAudit) {
    this.directory = directory;
    this.audit = audit;
  }

  static async open(): Promise<Orchestration> {
    const directory = mkdtempSync(join(tmpdir(), 'precede-orchestration-'));
    mkdirSync(join(directory, 'effects'));
    return new Orchestration(directory, await StoreAudit.create(join(directory, 'runs.db')));
  }

  get storeFile(): string {
    return join(this.directory, 'runs.db');
  }

  get effectsDirectory(): string {
    return join(this.directory, 'effects');
  }

  /** A new process; resolves when it is there. */
  async begin({ leaseMs = 1_000, concurrency = 4 } = {}): Promise<Orchestrator> {
    const options = { store: this.storeFile, effects: this.effectsDirectory, leaseMs, concurrency };
    const orchestrator = new Orchestrator(options);
    this.orchestrators.push(orchestrator);
    await orchestrator.hears(({ kind }) => kind === 'ready');
    return orchestrator;
  }

  effects(): ReturnType<typeof effectsIn> {
    return effectsIn(this.effectsDirectory);
  }

  /** The open runs that a process has. */
  runsOf(orchestrator: Orchestrator): readonly number[] {
    return this.audit
      .openRuns()
      .filter(({ pid }) => pid === orchestrator.pid)
      .map(({ runId }) => runId);
  }

  /** Resolves when all runs are over. */
  async allOver(limitMs: number): Promise<void> {
    await this.seen(() => this.audit.openRuns().length === 0, limitMs);
  }

  /** Looks until something is so; answers how long that took, in milliseconds. */
  async seen(isSo: () => boolean, limitMs: number): Promise<number> {
    const beganMs = performance.now();
    while (!isSo()) {
      if (performance.now() - beganMs > limitMs) throw new Error(`Not so after ${limitMs} ms: ${isSo.toString()}`);
      await delay(lookMs);
    }
    return performance.now() - beganMs;
  }

  async close(): Promise<void> {
    for (const orchestrator of this.orchestrators) if (!orchestrator.hasEnded) orchestrator.signal('SIGKILL');
    for (const orchestrator of this.orchestrators) await orchestrator.ended();
    this.audit.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Ten tasks of 20 to 200 ms. */
export function drawnRun(random: () => number): { readonly lengthsMs: number[] } {
  return { lengthsMs: Array.from({ length: 10 }, () => Math.round(20 + 180 * random())) };
}
