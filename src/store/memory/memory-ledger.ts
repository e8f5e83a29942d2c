import type { JsonObject } from '../../json/index.ts';
import { isSettledRun, type RunEvent, type RunHeader, type RunState } from '../../state/index.ts';
import type { Extension, Hold, KeyUse, Ledger, LogRange } from '../ledger.ts';
import type {
  KeptLogLine,
  LogLine,
  OpenRun,
  PrunedRun,
  RunFilter,
  RunHolder,
  RunSummary,
  RunVersion,
  StoredRun,
  Wish,
} from '../store.ts';
import { frozenCopy } from './frozen-copy.ts';
import { MemoryOwners } from './memory-owners.ts';
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
  readonly #owners = new MemoryOwners(this.#undoLog);
  #savepoint = 0;
  #lineCount = 0;

  get failure(): Error | undefined {
    return undefined;
  }

  get obstacle(): Error | undefined {
    return undefined;
  }

  begin(): boolean {
    return true;
  }

  commit(): void {
    this.#undoLog.length = 0;
    this.#tables.commit();
  }

  rollback(): void {
    undoTo(this.#undoLog, 0);
    this.#tables.commit();
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

  insertRun(header: RunHeader, ownerId: number | undefined): void {
    this.#owners.setHold(header.id, { ownerId, fence: 1, recoveries: 0 });
    const run: MemoryRun = {
      header: frozenCopy(header),
      events: [],
      state: 'RUNNING',
      updatedAtMs: header.createdAtMs,
    };
    setUndoably(this.#undoLog, this.#runs, header.id, run);
  }

  extendRun(runId: number, extension: Extension<RunEvent>): boolean {
    const { bodies, state, updatedAtMs, fence, after, isProgress } = extension;
    const run = this.#runs.get(runId);
    const hold = this.#owners.hold(runId);
    if (!run || hold?.fence !== fence || (after !== undefined && after !== run.events.length)) return false;
    if (isProgress && hold.recoveries > 0) this.#owners.setHold(runId, { ...hold, recoveries: 0 });
    for (const body of bodies) run.events.push(body);
    run.state = state;
    run.updatedAtMs = updatedAtMs ?? run.updatedAtMs;
    return true;
  }

  removeRun({ id, eventCount }: PrunedRun): boolean {
    const run = this.#runs.get(id);
    if (!run || !isSettledRun(run.state) || run.events.length !== eventCount) return false;
    this.releaseClaims(id);
    for (const [key, { runId }] of this.#keys) if (runId === id) deleteUndoably(this.#undoLog, this.#keys, key);
    this.#owners.forgetRun(id);
    deleteUndoably(this.#undoLog, this.#lines, id);
    deleteUndoably(this.#undoLog, this.#runs, id);
    return true;
  }

  endedRuns(): readonly PrunedRun[] {
    const ended = [...this.#runs].reverse().filter(([, { state }]) => isSettledRun(state));
    return ended.map(([id, { header, state, updatedAtMs, events }]) => ({
      ...{ id, workflow: header.workflow, state, updatedAtMs },
      eventCount: events.length,
    }));
  }

  enrolOwner(id: number): void {
    this.#owners.enrol(id);
  }

  removeOwner(id: number): void {
    this.#owners.remove(id);
  }

  condemnOwner(id: number): void {
    this.#owners.condemn(id);
  }

  beat(id: number): boolean {
    return this.#owners.get(id)?.isAlive ?? false;
  }

  hold(runId: number): Hold | undefined {
    const run = this.#runs.get(runId);
    const hold = this.#owners.hold(runId);
    return run && hold && { ...hold, eventCount: run.events.length };
  }

  setHold(runId: number, hold: Pick<Hold, 'ownerId' | 'fence' | 'recoveries'>): void {
    this.#owners.setHold(runId, hold);
  }

  addWish(runId: number, wish: JsonObject): number {
    return this.#owners.addWish(runId, frozenCopy(wish));
  }

  answerWish(id: number, answer: JsonObject): boolean {
    return this.#owners.answerWish(id, frozenCopy(answer));
  }

  removeWish(id: number): boolean {
    return this.#owners.removeWish(id);
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
    return run && { ...run, events: run.events.slice(), fence: this.#owners.hold(id)?.fence ?? 1 };
  }

  listRuns({ state, workflow, ids, limit }: RunFilter & { readonly limit: number }): readonly RunSummary[] {
    const summaries: RunSummary[] = [];
    const among = ids && new Set(ids);
    for (const run of [...this.#runs.values()].reverse()) {
      if (summaries.length >= limit) break;
      if (among && !among.has(run.header.id)) continue;
      if (state !== undefined && run.state !== state) continue;
      if (workflow !== undefined && run.header.workflow !== workflow) continue;
      summaries.push({ header: run.header, state: run.state, updatedAtMs: run.updatedAtMs });
    }
    return summaries;
  }

  runVersions(ids: readonly number[] | undefined): readonly RunVersion[] {
    const known = [...new Set(ids ?? this.#runs.keys())].toSorted((a, b) => a - b);
    return known.flatMap((runId) => {
      const run = this.#runs.get(runId);
      return run ? [{ runId, state: run.state, updatedAtMs: run.updatedAtMs, eventCount: run.events.length }] : [];
    });
  }

  /** Whatever is synchronous is of one instant here. */
  atOneInstant<Result>(work: () => Result): Result {
    return work();
  }

  committedRow(table: string, key: string): JsonObject | undefined {
    return this.#tables.committed(table, key);
  }

  committedRows(table: string): readonly JsonObject[] {
    return this.#tables.committedList(table);
  }

  readLog({ runId, task, after, limit }: LogRange): readonly KeptLogLine[] {
    const lines = this.#lines.get(runId) ?? [];
    const wanted = lines.filter((line) => line.sequence > after && (task === undefined || line.task === task));
    return wanted.slice(0, limit);
  }

  holder(ownerId: number): RunHolder | undefined {
    return this.#owners.get(ownerId);
  }

  holderOf(runId: number): RunHolder | undefined {
    const { ownerId } = this.#owners.hold(runId) ?? {};
    return ownerId === undefined ? undefined : this.#owners.get(ownerId);
  }

  openRuns(): readonly OpenRun[] {
    const open = [...this.#runs].filter(([, { state }]) => !isSettledRun(state));
    return open.map(([runId, { header }]) => {
      const { recoveries = 0 } = this.#owners.hold(runId) ?? {};
      return { runId, workflow: header.workflow, holder: this.holderOf(runId), recoveries };
    });
  }

  wishesFor(ownerId: number): readonly Wish[] {
    return this.#owners.wishesFor(ownerId);
  }

  answerTo(wishId: number): JsonObject | undefined {
    return this.#owners.answerTo(wishId);
  }

  keepAside(): void {
    // Nothing outlives the process.
  }

  forgetAside(): void {
    // Nothing was kept.
  }

  close(): void {
    // Nothing is held but memory.
  }
}
