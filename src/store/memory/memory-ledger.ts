import type { JsonObject } from '../../json/index.ts';
import type { RunEvent, RunHeader, RunState } from '../../state/index.ts';
import type { Extension, KeyUse, Ledger, LogRange } from '../ledger.ts';
import type { KeptLogLine, LogLine, RunFilter, RunSummary, StoredRun } from '../store.ts';
import { frozenCopy } from './frozen-copy.ts';
import { MemoryTables } from './memory-tables.ts';
import { deleteUndoably, setUndoably, undoTo, type UndoLog } from './undo-log.ts';

interface MemoryRun {
  readonly header: RunHeader;
  readonly events: RunEvent[];
  state: RunState;
  updatedAtMs: number;
}

/**
 * A ledger in this process's memory. A run and its events are written last in a transaction and without a wait in
 * between, which is what keeps readers, who look at the same maps, from seeing half a commit.
 */
export class MemoryLedger implements Ledger<RunEvent> {
  readonly #undoLog: UndoLog = [];
  readonly #tables = new MemoryTables(this.#undoLog);
  readonly #sequences = new Map<string, number>();
  readonly #claims = new Map<string, number>();
  readonly #keys = new Map<string, KeyUse>();
  readonly #runs = new Map<number, MemoryRun>();
  readonly #lines = new Map<number, KeptLogLine[]>();
  #savepoint = 0;
  #lineCount = 0;

  get failure(): Error | undefined {
    return undefined;
  }

  begin(): boolean {
    return true;
  }

  commit(): void {
    this.#undoLog.length = 0;
  }

  rollback(): void {
    undoTo(this.#undoLog, 0);
  }

  savepoint(): void {
    this.#savepoint = this.#undoLog.length;
  }

  releaseSavepoint(): void {
    this.#savepoint = this.#undoLog.length;
  }

  undoSavepoint(): void {
    undoTo(this.#undoLog, this.#savepoint);
  }

  getRow(table: string, key: string): JsonObject | undefined {
    return this.#tables.get(table, key);
  }

  putRow(table: string, key: string, row: JsonObject): void {
    this.#tables.put(table, key, row);
  }

  deleteRow(table: string, key: string): void {
    this.#tables.delete(table, key);
  }

  listRows(table: string): readonly JsonObject[] {
    return this.#tables.list(table);
  }

  draw(sequence: string, count: number): number {
    const drawn = this.#sequences.get(sequence) ?? 0;
    setUndoably(this.#undoLog, this.#sequences, sequence, drawn + count);
    return drawn + 1;
  }

  claimHolder(claim: string): number | undefined {
    return this.#claims.get(claim);
  }

  takeClaim(claim: string, runId: number): void {
    setUndoably(this.#undoLog, this.#claims, claim, runId);
  }

  releaseClaims(runId: number): void {
    for (const [claim, holder] of this.#claims) {
      if (holder === runId) deleteUndoably(this.#undoLog, this.#claims, claim);
    }
  }

  keyUse(key: string): KeyUse | undefined {
    return this.#keys.get(key);
  }

  useKey(key: string, use: KeyUse): void {
    setUndoably(this.#undoLog, this.#keys, key, use);
  }

  bodyOf(event: RunEvent): RunEvent {
    return frozenCopy(event);
  }

  hasRun(runId: number): boolean {
    return this.#runs.has(runId);
  }

  header(runId: number): RunHeader | undefined {
    return this.#runs.get(runId)?.header;
  }

  insertRun(header: RunHeader): void {
    const run: MemoryRun = {
      header: frozenCopy(header),
      events: [],
      state: 'RUNNING',
      updatedAtMs: header.createdAtMs,
    };
    setUndoably(this.#undoLog, this.#runs, header.id, run);
  }

  extendRun(runId: number, { bodies, state, updatedAtMs }: Extension<RunEvent>): boolean {
    const run = this.#runs.get(runId);
    if (!run) return false;
    for (const body of bodies) run.events.push(body);
    run.state = state;
    run.updatedAtMs = updatedAtMs ?? run.updatedAtMs;
    return true;
  }

  insertLog(lines: readonly LogLine[]): void {
    for (const line of lines) {
      const kept = this.#lines.get(line.runId) ?? [];
      this.#lines.set(line.runId, kept);
      kept.push(frozenCopy({ ...line, sequence: ++this.#lineCount }));
    }
  }

  readRun(id: number): StoredRun | undefined {
    const run = this.#runs.get(id);
    return run && { ...run, events: run.events.slice() };
  }

  listRuns({ state, workflow, limit }: RunFilter & { readonly limit: number }): readonly RunSummary[] {
    const summaries: RunSummary[] = [];
    for (const run of [...this.#runs.values()].reverse()) {
      if (summaries.length >= limit) break;
      if (state !== undefined && run.state !== state) continue;
      if (workflow !== undefined && run.header.workflow !== workflow) continue;
      summaries.push({ header: run.header, state: run.state, updatedAtMs: run.updatedAtMs });
    }
    return summaries;
  }

  readLog({ runId, task, after, limit }: LogRange): readonly KeptLogLine[] {
    const lines = this.#lines.get(runId) ?? [];
    const wanted = lines.filter((line) => line.sequence > after && (task === undefined || line.task === task));
    return wanted.slice(0, limit);
  }

  close(): void {
    // Nothing is held but memory.
  }
}
