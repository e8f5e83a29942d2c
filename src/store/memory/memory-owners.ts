import { hostname } from 'node:os';
import type { JsonObject } from '../../json/index.ts';
import type { Hold } from '../ledger.ts';
import type { RunHolder, Wish } from '../store.ts';
import { deleteUndoably, setUndoably, type UndoLog } from './undo-log.ts';

type KeptHold = Pick<Hold, 'ownerId' | 'fence' | 'recoveries'>;

interface KeptWish extends Wish {
  readonly answer?: JsonObject;
}

/** Who has which run, and what is asked of it. All owners live in this process, which knows when they have left. */
export class MemoryOwners {
  readonly #undoLog: UndoLog;
  readonly #owners = new Map<number, RunHolder>();
  readonly #holds = new Map<number, KeptHold>();
  readonly #wishes = new Map<number, KeptWish>();
  #wishCount = 0;

  constructor(undoLog: UndoLog) {
    this.#undoLog = undoLog;
  }

  enrol(id: number): void {
    if (this.#owners.has(id)) return;
    const owner = { id, pid: process.pid, host: hostname(), isAlive: true, certainInMs: 0 };
    setUndoably(this.#undoLog, this.#owners, id, owner);
  }

  get(id: number): RunHolder | undefined {
    return this.#owners.get(id);
  }

  /** O(runs). */
  remove(id: number): void {
    deleteUndoably(this.#undoLog, this.#owners, id);
    for (const [runId, hold] of this.#holds) {
      if (hold.ownerId === id) this.setHold(runId, { ...hold, ownerId: undefined });
    }
  }

  /** It keeps its runs until they are taken. */
  condemn(id: number): void {
    const owner = this.#owners.get(id);
    if (owner) setUndoably(this.#undoLog, this.#owners, id, { ...owner, isAlive: false });
  }

  hold(runId: number): KeptHold | undefined {
    return this.#holds.get(runId);
  }

  setHold(runId: number, { ownerId, fence, recoveries }: KeptHold): void {
    setUndoably(this.#undoLog, this.#holds, runId, { ownerId, fence, recoveries });
  }

  /** O(wishes). */
  forgetRun(runId: number): void {
    deleteUndoably(this.#undoLog, this.#holds, runId);
    for (const [id, wish] of this.#wishes) if (wish.runId === runId) deleteUndoably(this.#undoLog, this.#wishes, id);
  }

  addWish(runId: number, wish: JsonObject): number {
    const id = ++this.#wishCount;
    setUndoably(this.#undoLog, this.#wishes, id, { id, runId, wish });
    return id;
  }

  answerWish(id: number, answer: JsonObject): boolean {
    const wish = this.#wishes.get(id);
    if (!wish || wish.answer) return false;
    setUndoably(this.#undoLog, this.#wishes, id, { ...wish, answer });
    return true;
  }

  removeWish(id: number): boolean {
    const wish = this.#wishes.get(id);
    deleteUndoably(this.#undoLog, this.#wishes, id);
    return wish !== undefined && !wish.answer;
  }

  wishesFor(ownerId: number): readonly Wish[] {
    const wishes = [...this.#wishes.values()];
    return wishes.filter(({ answer, runId }) => !answer && this.#holds.get(runId)?.ownerId === ownerId);
  }

  answerTo(id: number): JsonObject | undefined {
    return this.#wishes.get(id)?.answer;
  }
}
