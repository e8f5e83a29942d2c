import { sqliteStore, type RunEvent } from 'precede';
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { secondsFile } from './token-effects.ts';
import type { Orchestrator } from './orchestrator.ts';

/** One event as it came into the store, and who had its run at that instant. */
interface Written {
  readonly runId: number;
  readonly sequence: number;
  readonly fence: number;
  readonly pid: number | null;
}

const writings = `
  CREATE TABLE written (place INTEGER PRIMARY KEY, run_id INTEGER, sequence INTEGER, fence INTEGER, pid INTEGER);
  CREATE TABLE owner_pids (id INTEGER PRIMARY KEY, pid INTEGER);
  CREATE TRIGGER note_owner AFTER INSERT ON owners BEGIN
    INSERT INTO owner_pids (id, pid) VALUES (NEW.id, NEW.pid);
  END;
  CREATE TRIGGER note_event AFTER INSERT ON events BEGIN
    INSERT INTO written (run_id, sequence, fence, pid)
      SELECT runs.id, NEW.sequence, runs.fence, owner_pids.pid
      FROM runs LEFT JOIN owner_pids ON owner_pids.id = runs.owner_id WHERE runs.id = NEW.run_id;
  END;
`;

/** A store file that notes what comes into it, whoever writes it; looked at through a connection of its own. */
export class StoreAudit {
  readonly #database: DatabaseSync;
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
    this.#database = new DatabaseSync(file, { timeout: 10_000 });
  }

  /** Makes the store. Before anybody else opens it. */
  static async create(file: string): Promise<StoreAudit> {
    await sqliteStore(file).close();
    const audit = new StoreAudit(file);
    audit.#database.exec(writings);
    return audit;
  }

  close(): void {
    this.#database.close();
  }

  /** What was written, in the order in which it was. */
  written(): readonly Written[] {
    const rows = this.#database.prepare('SELECT * FROM written ORDER BY place').all();
    return rows.map((row) => ({
      runId: Number(row['run_id']),
      sequence: Number(row['sequence']),
      fence: Number(row['fence']),
      pid: row['pid'] === null ? null : Number(row['pid']),
    }));
  }

  /** The open runs, and the process that has each of them. */
  openRuns(): readonly { readonly runId: number; readonly pid: number | undefined; readonly fence: number }[] {
    const select =
      'SELECT runs.id, fence, owner_pids.pid FROM runs LEFT JOIN owner_pids ON owner_pids.id = owner_id ' +
      "WHERE state IN ('RUNNING', 'PAUSED', 'ROLLING_BACK') ORDER BY runs.id";
    return this.#database
      .prepare(select)
      .all()
      .map((row) => ({
        runId: Number(row['id']),
        fence: Number(row['fence']),
        pid: row['pid'] === null ? undefined : Number(row['pid']),
      }));
  }

  /** Whether somebody is in the middle of writing at this instant. */
  isBeingWritten(): boolean {
    const prober = new DatabaseSync(this.#file, { timeout: 0 });
    try {
      prober.exec('BEGIN IMMEDIATE; ROLLBACK');
      return false;
    } catch {
      return true;
    } finally {
      prober.close();
    }
  }

  states(): Readonly<Record<string, number>> {
    const rows = this.#database.prepare('SELECT state, COUNT(*) AS runs FROM runs GROUP BY state').all();
    return Object.fromEntries(rows.map((row) => [String(row['state']), Number(row['runs'])]));
  }

  fences(): readonly number[] {
    const rows = this.#database.prepare('SELECT fence FROM runs ORDER BY id').all();
    return rows.map((row) => Number(row['fence']));
  }

  /** What is wrong with the journals, in words; nothing when all is well. */
  faultsOfJournals(): readonly string[] {
    const rows = this.#database.prepare('SELECT run_id, sequence, body FROM events ORDER BY run_id, sequence').all();
    const journals = Map.groupBy(rows, (row) => Number(row['run_id']));
    return [...journals].flatMap(([runId, journal]) => {
      const first = Number(journal[0]?.['sequence']);
      const isWhole = journal.every((row, at) => Number(row['sequence']) === first + at);
      const events = journal.map((row) => JSON.parse(String(row['body'])) as RunEvent);
      return [...(isWhole ? [] : [`run ${runId} has gaps`]), ...doubleEnds(runId, events)];
    });
  }

  /** Where something was recorded by a process that did not have the run, or an older hold came after a newer one. */
  staleWrites(orchestrators: readonly Orchestrator[]): readonly string[] {
    const written = this.written();
    const stale: string[] = [];
    const newest = new Map<number, number>();
    const holders = new Map<string, number | null>();
    for (const { runId, sequence, fence, pid } of written) {
      if (fence < (newest.get(runId) ?? 0)) stale.push(`event ${sequence} of run ${runId} under fence ${fence}`);
      newest.set(runId, fence);
      holders.set(`${runId} ${sequence}`, pid);
    }
    // The journal counts what is in it from one, the table from its own beginning.
    const base = Math.min(...written.map(({ sequence }) => sequence)) - 1;
    for (const { pid, told } of orchestrators)
      for (const one of told) {
        if (one.kind !== 'recorded') continue;
        const holder = holders.get(`${one.runId} ${one.sequence + base}`);
        if (holder !== pid) stale.push(`process ${pid} told event ${one.sequence} of run ${one.runId} of ${holder}`);
      }
    return stale;
  }
}

const ends: ReadonlySet<string> = new Set(['task-succeeded', 'task-failed', 'task-cancelled']);

/** Attempts that ended more than once, and tasks that did. */
function doubleEnds(runId: number, events: readonly RunEvent[]): readonly string[] {
  const attempts = new Map<number, number>();
  const ended = new Set<string>();
  const found: string[] = [];
  for (const event of events) {
    if (!('task' in event)) continue;
    if (event.type === 'task-started') attempts.set(event.task, event.attempt);
    if (!ends.has(event.type)) continue;
    const attempt = `task ${event.task} of run ${runId}, attempt ${attempts.get(event.task)}`;
    if (ended.has(attempt)) found.push(`${attempt} ended twice`);
    ended.add(attempt);
  }
  return found;
}

/** What the tasks have left behind. */
export function effectsIn(directory: string): {
  /** How many tasks of how many runs left an effect. */
  readonly tasks: number;
  /** Tasks that left more than one. */
  readonly twice: readonly string[];
  /** How often an effect that was there already was sent again, and kept out by its token. */
  readonly keptOut: number;
} {
  const tokens = readdirSync(directory).filter((name) => /^\w+-\d+-\d+-\d+$/.test(name));
  const tasks = Map.groupBy(tokens, (token) => token.split('-').slice(1, 3).join('-'));
  const seconds = join(directory, secondsFile);
  return {
    tasks: tasks.size,
    twice: [...tasks].filter(([, sent]) => sent.length > 1).map(([task]) => task),
    keptOut: existsSync(seconds) ? readFileSync(seconds, 'utf8').split('\n').length - 1 : 0,
  };
}
