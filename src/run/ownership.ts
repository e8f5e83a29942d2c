import { LeaseLostError, type OwnerListener, type Store, type StoreOwner } from '../store/index.ts';

/**
 * An engine as one of its store's owners: from its first run on, and anew when it was taken for dead and the process
 * woke up after all.
 */
export class Ownership {
  readonly #store: Pick<Store, 'join'>;
  readonly #listener: OwnerListener;
  #owner: StoreOwner | undefined;
  #isNeeded = false;

  constructor(store: Pick<Store, 'join'>, listener: OwnerListener) {
    this.#store = store;
    this.#listener = listener;
  }

  /** The owner that was made last. */
  get latest(): StoreOwner | undefined {
    return this.#owner;
  }

  /** The owner under which runs are started and taken. */
  async current(): Promise<StoreOwner> {
    const owner = (this.#owner ??= this.#join());
    try {
      await owner.prove();
      return owner;
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      owner.keep(false);
      // Two may find that out at once.
      if (this.#owner === owner) this.#owner = this.#join();
      return this.#owner;
    }
  }

  /** Rejects with `LeaseLostError` when another process may have taken the runs of this one. */
  async prove(): Promise<void> {
    await this.#owner?.prove();
  }

  /** Whether there are runs for whose sake the lease is to be kept. */
  keep(isNeeded: boolean): void {
    this.#isNeeded = isNeeded;
    this.#owner?.keep(isNeeded);
  }

  /** Lets every run go. Safe twice, and when there never was an owner. */
  async leave(): Promise<void> {
    this.#isNeeded = false;
    await this.#owner?.leave();
  }

  #join(): StoreOwner {
    const owner = this.#store.join(this.#listener);
    owner.keep(this.#isNeeded);
    return owner;
  }
}
