import { createInterface } from 'node:readline';
import { endOf, spawnPrecede, type Ended } from '../../e2e/support/precede.ts';

/**
 * When a process is killed: some time after it has told so many changes of tasks, so many of them ends; and at once when
 * it has told `changesAtMost`.
 */
export interface Death {
  readonly changes: number;
  readonly ends: number;
  readonly thenMs: number;
  /** @default Infinity */
  readonly changesAtMost?: number;
}

/** A change of a task that the command line told, which it does only once it is recorded. */
export interface Told {
  readonly state: string;
  readonly title: string;
}

/** A process of the command line, from its start to its end. */
export interface Life extends Ended {
  readonly told: readonly Told[];
  readonly isKilled: boolean;
}

const change = /^\d\d:\d\d:\d\d\.\d{3} {2}([A-Z_]+) +(.+?)(?: {2}.*)?$/;
const endStates: ReadonlySet<string> = new Set(['SUCCESS', 'FAILED', 'ROLLED_BACK', 'CANCELLED']);

/** Runs `precede ARGS --format json` until it ends, or until its death with SIGKILL. */
export async function live(args: readonly string[], cwd: string, death?: Death): Promise<Life> {
  const child = spawnPrecede([...args, '--format', 'json'], { cwd });
  const told: Told[] = [];
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (!death) return;
    if (told.length >= (death.changesAtMost ?? Infinity)) child.kill('SIGKILL');
    if (timer) return;
    const ends = told.filter(({ state }) => endStates.has(state)).length;
    if (told.length < death.changes || ends < death.ends) return;
    timer = setTimeout(() => child.kill('SIGKILL'), death.thenMs);
  };
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, state, title] = change.exec(line) ?? [];
      if (state === undefined || title === undefined) return;
      told.push({ state, title });
      look();
    });
  }
  look();
  const ended = await endOf(child);
  clearTimeout(timer);
  return { ...ended, told, isKilled: child.signalCode === 'SIGKILL' };
}
