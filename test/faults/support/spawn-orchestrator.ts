import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sqliteStore, type RunEvent } from 'precede';

const program = fileURLToPath(new URL('./lanes-program.ts', import.meta.url));
const pollMs = 10;

export interface OrchestratorOptions {
  readonly role: 'start' | 'measure' | 'recover' | 'watch';
  readonly file: string;
  readonly effects: string;
  readonly runs?: number;
  /** What the program is started through. @default nothing */
  readonly through?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A started orchestrator, and what it has told so far. */
export class Orchestrator {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  /** Resolves with its exit code once all that it has told is here. */
  readonly ended: Promise<number | null>;
  stderr = '';

  constructor({ role, file, effects, runs = 1, through = [], env = {} }: OrchestratorOptions) {
    const node = [process.execPath, '--conditions=@precede/source', '--disable-warning=ExperimentalWarning', program];
    const [executable, ...args] = [...through, ...node, role, file, effects, String(runs)];
    const child = spawn(executable, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => this.lines.push(line));
    this.child = child;
    this.ended = Promise.all([once(child, 'close'), once(reader, 'close')]).then(() => child.exitCode);
  }

  told(beginning: string): readonly string[] {
    return this.lines.filter((line) => line.startsWith(beginning));
  }

  /** Resolves once so many lines with this beginning have been told. */
  async until(beginning: string, count = 1, waitMs = 60_000): Promise<void> {
    const deadlineMs = performance.now() + waitMs;
    while (this.told(beginning).length < count) {
      if (performance.now() > deadlineMs || this.child.exitCode !== null) {
        throw new Error(`"${beginning}" was not told: ${this.lines.slice(-5).join(' | ')} ${this.stderr}`);
      }
      await delay(pollMs);
    }
  }
}

/** The journals of a store's runs, by run id, and each run's state. */
export async function journals(file: string) {
  const store = sqliteStore(file, { mustExist: true });
  const found = new Map<number, { readonly state: string; readonly events: readonly RunEvent[] }>();
  for (const {
    header: { id },
  } of await store.listRuns({ limit: 1_000 })) {
    const run = await store.readRun(id);
    if (run) found.set(id, run);
  }
  await store.close();
  return found;
}

/** What was told as recorded and is not in the journals. */
export function missing(told: readonly string[], found: Awaited<ReturnType<typeof journals>>): readonly string[] {
  return told.filter((line) => {
    const [, runId, sequence, type, task] = line.split(' ');
    const event = found.get(Number(runId))?.events[Number(sequence) - 1];
    return !event || event.type !== type || ('task' in event && event.task !== Number(task));
  });
}

/** Effects that were left, and those that were left more than once. */
export function effectsIn(directory: string): { readonly count: number; readonly doubled: readonly string[] } {
  const lines = readLines(join(directory, 'effects'));
  return { count: lines.length, doubled: lines.filter((line, at) => lines.indexOf(line) !== at) };
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}
