import { hostname } from 'node:os';
import type { Hold } from '../ledger.ts';
import { isSettledRun, runStates } from '../../state/index.ts';
import type { OpenRun, RunHolder } from '../store.ts';
import type { Connection, SqliteRow } from './connection.ts';
import { isProcessGone, thisProcess } from './process-mark.ts';

interface OwnersOptions {
  readonly reader: Connection;
  readonly writer: Connection;
  readonly leaseMs: number;
}

/** Taken for dead by another owner. */
const condemned = -1;

/**
 * Who has which run, and whether it is alive. One that is seen to have ended is dead at once; any other is dead when its
 * beat has stood still for its lease, counted on this process's monotonic clock from when that beat was first seen.
 */
export class SqliteOwners {
  readonly #options: OwnersOptions;
  readonly #seen = new Map<number, { readonly beat: number; readonly atMs: number }>();

  constructor(options: OwnersOptions) {
    this.#options = options;
  }

  /** Adds this process unless it is there, and forgets owners that are dead and have no run. */
  enrol(id: number): void {
    const { writer, leaseMs } = this.#options;
    if (writer.get('SELECT 1 FROM owners WHERE id = ?', id)) return;
    const idle = writer.all('SELECT * FROM owners WHERE id NOT IN (SELECT owner_id FROM runs WHERE owner_id > 0)');
    for (const row of idle)
      if (!this.#judge(row).isAlive) writer.run('DELETE FROM owners WHERE id = ?', row['id'] ?? 0);
    const { machine, pid, startMark } = thisProcess();
    const insert = 'INSERT INTO owners (id, pid, host, machine, start_mark, lease_ms) VALUES (?, ?, ?, ?, ?, ?)';
    writer.run(insert, id, pid, hostname(), machine, startMark, leaseMs);
  }

  remove(id: number): void {
    const { writer } = this.#options;
    writer.run('UPDATE runs SET owner_id = NULL WHERE owner_id = ?', id);
    writer.run('DELETE FROM owners WHERE id = ?', id);
  }

  condemn(id: number): void {
    this.#options.writer.run('UPDATE owners SET beat = ? WHERE id = ?', condemned, id);
  }

  beat(id: number): boolean {
    const update = 'UPDATE owners SET beat = beat + 1 WHERE id = ? AND beat <> ?';
    return this.#options.writer.run(update, id, condemned) > 0;
  }

  hold(runId: number): Hold | undefined {
    const select = 'SELECT owner_id, fence, recoveries, event_count FROM runs WHERE id = ?';
    const row = this.#options.writer.get(select, runId);
    return (
      row && {
        ownerId: row['owner_id'] === null ? undefined : Number(row['owner_id']),
        fence: Number(row['fence']),
        recoveries: Number(row['recoveries']),
        eventCount: Number(row['event_count']),
      }
    );
  }

  setHold(runId: number, { ownerId, fence, recoveries }: Pick<Hold, 'ownerId' | 'fence' | 'recoveries'>): void {
    const update = 'UPDATE runs SET owner_id = ?, fence = ?, recoveries = ? WHERE id = ?';
    this.#options.writer.run(update, ownerId ?? null, fence, recoveries, runId);
  }

  /** As the transaction under way sees it. */
  holder(ownerId: number): RunHolder | undefined {
    const row = this.#options.writer.get('SELECT * FROM owners WHERE id = ?', ownerId);
    return row && this.#judge(row);
  }

  holderOf(runId: number): RunHolder | undefined {
    const select = 'SELECT owners.* FROM runs JOIN owners ON owners.id = owner_id WHERE runs.id = ?';
    const row = this.#options.reader.get(select, runId);
    return row && this.#judge(row);
  }

  openRuns(): readonly OpenRun[] {
    const states = runStates.filter((state) => !isSettledRun(state));
    const select =
      `SELECT runs.id AS run_id, workflow, recoveries, owners.* FROM runs LEFT JOIN owners ON owners.id = owner_id ` +
      `WHERE state IN (${states.map(() => '?').join(', ')}) ORDER BY runs.id`;
    const judged = new Map<unknown, RunHolder>();
    return this.#options.reader.all(select, ...states).map((row) => {
      const holder = row['id'] === null ? undefined : (judged.get(row['id']) ?? this.#judge(row));
      if (holder) judged.set(row['id'], holder);
      const [runId, recoveries] = [Number(row['run_id']), Number(row['recoveries'])];
      return { runId, workflow: String(row['workflow']), holder, recoveries };
    });
  }

  #judge(row: SqliteRow): RunHolder {
    const facts = { id: Number(row['id']), pid: Number(row['pid']), host: String(row['host']) };
    const mark = { machine: String(row['machine']), pid: facts.pid, startMark: String(row['start_mark']) };
    const beat = Number(row['beat']);
    if (beat === condemned || isProcessGone(mark)) return { ...facts, isAlive: false, certainInMs: 0 };
    const certainInMs = Math.max(0, Number(row['lease_ms']) - this.#stillForMs(facts.id, beat));
    return { ...facts, isAlive: certainInMs > 0, certainInMs };
  }

  /** For how long this process has seen a beat stand still. */
  #stillForMs(ownerId: number, beat: number): number {
    const nowMs = performance.now();
    const seen = this.#seen.get(ownerId);
    if (seen?.beat === beat) return nowMs - seen.atMs;
    this.#seen.set(ownerId, { beat, atMs: nowMs });
    return 0;
  }
}
