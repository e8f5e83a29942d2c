import type { Ledger } from './ledger.ts';
import type { StoreHealth } from './owner.ts';

/** Something that is to be written, and what of it would be lost if it never were. */
interface Kept {
  readonly aside?: string | undefined;
}

/** How writing goes, and what is kept aside of what could not be written yet. */
export class CommitHealth {
  readonly #ledger: Pick<Ledger, 'keepAside' | 'forgetAside'>;
  readonly #listeners = new Set<(health: StoreHealth) => void>();
  readonly #aside = new Set<string>();
  #health: StoreHealth = { state: 'well' };

  constructor(ledger: Pick<Ledger, 'keepAside' | 'forgetAside'>) {
    this.#ledger = ledger;
  }

  get health(): StoreHealth {
    return this.#health;
  }

  /** What keeps commits waiting; undefined when they are not. */
  get obstacle(): Error | undefined {
    return this.#health.state === 'waiting' ? this.#health.error : undefined;
  }

  /** Tells changes from now on. Returns its own unsubscribe. */
  on(listener: (health: StoreHealth) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A commit went through. */
  written(members: readonly Kept[]): void {
    if (this.#aside.size > 0) {
      for (const { aside } of members) if (aside !== undefined) this.#aside.delete(aside);
      if (this.#aside.size === 0) this.#ledger.forgetAside();
    }
    if (this.#health.state === 'waiting') this.#change({ state: 'well' });
  }

  /** A commit cannot be made for now. @returns what is in its way */
  obstructed(error: Error, members: readonly Kept[]): Error {
    this.keepAside(members);
    if (this.#health.state === 'well') this.#change({ state: 'waiting', error, sinceMs: Date.now() });
    return error;
  }

  /** Nothing is written any more. */
  failed(error: Error, members: readonly Kept[]): void {
    this.keepAside(members);
    if (this.#health.state !== 'failed') this.#change({ state: 'failed', error });
  }

  /** Keeps outside of the store what would be lost with this process. */
  keepAside(members: readonly Kept[]): void {
    const lines = members.flatMap(({ aside }) => (aside === undefined || this.#aside.has(aside) ? [] : [aside]));
    if (lines.length === 0) return;
    for (const line of lines) this.#aside.add(line);
    this.#ledger.keepAside(lines);
  }

  #change(health: StoreHealth): void {
    this.#health = health;
    for (const listener of this.#listeners) listener(health);
  }
}
