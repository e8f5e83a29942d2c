import type { Ledger } from './ledger.ts';
import type { CommitHealth } from './commit-health.ts';
import type { LogLine } from './store.ts';
import { LogBacklogError } from './misuse.ts';
import { StoreBusyError } from './store-failures.ts';

/** How commits are grouped. */
export interface Grouping {
  /** How many calls one transaction takes at most. */
  readonly membersMax: number;
  /** For how long one transaction takes on more calls, in milliseconds; then others have their turn. */
  readonly workMsMax: number;
  /** Calls that arrive before `work` is called share its transaction. */
  readonly schedule: (work: () => void) => void;
  /** How long log lines may wait for a commit that they can join, in milliseconds. 0 keeps them at once. */
  readonly logDelayMs: number;
  /** How many log lines may wait at most. */
  readonly linesHeldMax: number;
  /** How long to wait for another process to end its commit before that counts as an obstacle, in milliseconds. */
  readonly busyMs: number;
}

/** How a member takes it that nothing can be written for now. */
export interface Patience {
  /** How long it waits, in milliseconds; Infinity for what must not get lost. */
  readonly patienceMs: number;
  /** What would be lost with this process; kept aside as soon as it has to wait. */
  readonly aside?: string | undefined;
}

interface Member extends Patience {
  readonly sinceMs: number;
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What came of a transaction: how many members have been told, or why nobody has been. */
interface Tried {
  readonly written: number;
  readonly obstacle?: Error;
}

/** As many waiting lines start a commit of their own. */
const linesPerCommit = 1_000;
const busyPollMs = 5;
/** Pause before what could not be written is tried again. */
const retryMs = 200;

/**
 * Serialises all writing to a ledger. What arrives while a commit is under way goes into the next one together: one
 * transaction, one savepoint each, so that a member that is refused takes nobody with it. Nobody is told anything
 * before the commit: what one member was refused for may be what another has written. While nothing can be written, each
 * member waits for as long as it has patience; its work may then be done again.
 */
export class GroupCommit {
  readonly #ledger: Ledger;
  readonly #grouping: Grouping;
  readonly #health: CommitHealth;
  #members: Member[] = [];
  #lines: LogLine[] = [];
  #logTimer: NodeJS.Timeout | undefined;
  #isDraining = false;
  #isGivenUp = false;

  constructor(ledger: Ledger, grouping: Grouping, health: CommitHealth) {
    this.#ledger = ledger;
    this.#grouping = grouping;
    this.#health = health;
  }

  /** Whether anything accepted has not been committed yet. */
  get isPending(): boolean {
    return this.#isDraining || this.#members.length > 0 || this.#lines.length > 0;
  }

  /** Whether what is accepted now has to wait for better times. */
  get isStuck(): boolean {
    return this.#isDraining && this.#health.obstacle !== undefined;
  }

  get hasLines(): boolean {
    return this.#lines.length > 0;
  }

  /** Runs `work` within a transaction; settles as it did, after the commit. */
  enqueue<Result>(work: () => Result | Promise<Result>, patience: Patience): Promise<Result> {
    const { obstacle } = this.#health;
    // Behind those who wait it would wait too.
    if (obstacle && this.isStuck && patience.patienceMs === 0) return Promise.reject(obstacle);
    if (obstacle) this.#health.keepAside([patience]);
    return new Promise<Result>((resolve, reject) => {
      const sinceMs = performance.now();
      this.#members.push({ work, resolve: resolve as (result: unknown) => void, reject, sinceMs, ...patience });
      this.#wake();
    });
  }

  /** Nobody waits for better times any more. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  /** Accepts log lines for the next commit. After a failed write they are dropped: nothing can be written any more. */
  keepLines(lines: readonly LogLine[]): void {
    const accepted = lines.map(acceptedLine);
    if (this.#grouping.logDelayMs === 0) {
      this.#ledger.insertLog(accepted);
      return;
    }
    if (this.#ledger.failure) return;
    if (this.#lines.length + accepted.length > this.#grouping.linesHeldMax)
      throw new LogBacklogError(this.#lines.length);
    for (const line of accepted) this.#lines.push(line);
    if (this.#lines.length >= linesPerCommit) this.#wake();
    else this.#wakeLater();
  }

  #wake(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#grouping.schedule(() => void this.#drain());
  }

  #wakeLater(): void {
    this.#logTimer ??= setTimeout(() => {
      this.#logTimer = undefined;
      this.#wake();
    }, this.#grouping.logDelayMs);
  }

  async #drain(): Promise<void> {
    const members = this.#members;
    this.#members = [];
    const { membersMax } = this.#grouping;
    for (let first = 0; first === 0 || first < members.length; first += membersMax) {
      await this.#commit(members.slice(first, first + membersMax));
    }
    this.#isDraining = false;
    if (this.#members.length > 0 || this.#lines.length >= linesPerCommit) this.#wake();
    else if (this.#lines.length > 0) this.#wakeLater();
  }

  async #commit(members: readonly Member[]): Promise<void> {
    for (let left = members; ;) {
      const { obstacle, written } = await this.#tryCommit(left);
      if (!obstacle && written === left.length) return;
      if (!obstacle) {
        left = left.slice(written);
        await turn();
        continue;
      }
      const nowMs = performance.now();
      const isPatient = ({ sinceMs, patienceMs }: Member): boolean => !this.#isGivenUp && nowMs - sinceMs < patienceMs;
      for (const member of left) if (!isPatient(member)) member.reject(obstacle);
      left = left.filter(isPatient);
      if (left.length === 0) return;
      await pause(retryMs);
    }
  }

  /**
   * One transaction for as many as there is time for, the first of them first; answers how many that were, or what is in
   * its way for now, with nothing written and nobody told.
   */
  async #tryCommit(members: readonly Member[]): Promise<Tried> {
    try {
      this.#requireSound();
      if (!this.#ledger.begin()) await this.#untilBegun();
      const answers = await this.#workAll(members);
      const { length } = this.#lines;
      this.#ledger.insertLog(this.#lines);
      this.#ledger.commit();
      this.#dropLines(length);
      this.#health.written(members.slice(0, answers.length));
      for (const answer of answers) answer();
      return { written: answers.length };
    } catch (error) {
      const { failure, obstacle } = this.#ledger;
      this.#ledger.rollback();
      const inTheWay = error instanceof StoreBusyError ? error : obstacle;
      if (inTheWay && !failure) return { written: 0, obstacle: this.#health.obstructed(inTheWay, members) };
      if (failure) this.#nothingMore(failure, members);
      for (const member of members) member.reject(error);
      return { written: members.length };
    }
  }

  async #workAll(members: readonly Member[]): Promise<readonly (() => void)[]> {
    const answers: (() => void)[] = [];
    const endMs = performance.now() + this.#grouping.workMsMax;
    for (const member of members) {
      if (answers.length > 0 && performance.now() >= endMs) break;
      const answer = this.#work(member);
      answers.push(answer instanceof Promise ? await answer : answer);
    }
    return answers;
  }

  #nothingMore(failure: Error, members: readonly Member[]): void {
    this.#health.failed(failure, members);
    this.#dropLines(this.#lines.length);
  }

  async #untilBegun(): Promise<void> {
    const { busyMs } = this.#grouping;
    const deadlineMs = performance.now() + busyMs;
    do {
      if (performance.now() >= deadlineMs) throw new StoreBusyError(busyMs);
      await new Promise((resolve) => setTimeout(resolve, busyPollMs));
    } while (!this.#ledger.begin());
  }

  /** Does a member's work and gives what tells it how that went. Waits only for members that wait themselves. */
  #work(member: Member): (() => void) | Promise<() => void> {
    this.#ledger.savepoint();
    try {
      const result = member.work();
      return result instanceof Promise ? this.#finish(member, result) : this.#done(member, result);
    } catch (error) {
      return this.#undone(member, error);
    }
  }

  async #finish(member: Member, working: Promise<unknown>): Promise<() => void> {
    try {
      return this.#done(member, await working);
    } catch (error) {
      return this.#undone(member, error);
    }
  }

  #done({ resolve }: Member, result: unknown): () => void {
    this.#requireSound();
    this.#ledger.releaseSavepoint();
    return () => resolve(result);
  }

  #undone({ reject }: Member, error: unknown): () => void {
    this.#requireSound();
    this.#ledger.undoSavepoint();
    return () => reject(error);
  }

  /** A callback may have swallowed the failure of a write; its transaction is lost all the same. */
  #requireSound(): void {
    const wrong = this.#ledger.failure ?? this.#ledger.obstacle;
    if (wrong) throw wrong;
  }

  /** The first so many are written, or can never be. */
  #dropLines(count: number): void {
    if (count === 0) return;
    clearTimeout(this.#logTimer);
    this.#logTimer = undefined;
    this.#lines = this.#lines.slice(count);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A copy that every adapter can keep, so that no line can spoil the commit that it joins. */
function acceptedLine(line: LogLine): LogLine {
  const counts = [line.runId, line.task, line.attempt];
  if (!counts.every(Number.isSafeInteger) || !Number.isFinite(line.atMs)) {
    throw new RangeError(`A log line needs whole numbers and a time: ${JSON.stringify(line)}`);
  }
  return { ...line, text: line.text.toWellFormed() };
}
