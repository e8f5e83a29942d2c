import { LeaseLostError, type OwnerListener, type Store, type StoreOwner } from '../store/index.ts';

export interface OwnershipOptions extends OwnerListener {
  /** Others may have taken every run that this engine has so far. */
  readonly onLost: (error: LeaseLostError) => void;
}

/**
 * An engine as one of its store's owners: from its first run on, and anew when it was taken for dead and the process
 * woke up after all.
 */
export class Ownership {
  readonly #store: Pick<Store, 'join'>;
  readonly #options: OwnershipOptions;
  #owner: StoreOwner | undefined;
  #isNeeded = false;

  constructor(store: Pick<Store, 'join'>, options: OwnershipOptions) {
    this.#store = store;
    this.#options = options;
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
      this.#lose(owner, error);
      return (this.#owner ??= this.#join());
    }
  }

  /** Rejects with `LeaseLostError` when another process may have taken the runs of this one. */
  async prove(): Promise<void> {
    const owner = this.#owner;
    try {
      await owner?.prove();
    } catch (error) {
      if (owner && error instanceof LeaseLostError) this.#lose(owner, error);
      throw error;
    }
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

  /** Several may find it out at once, and one of them may have joined anew. */
  #lose(owner: StoreOwner, error: LeaseLostError): void {
    owner.keep(false);
    if (this.#owner !== owner) return;
    this.#owner = undefined;
    this.#options.onLost(error);
  }

  #join(): StoreOwner {
    const owner = this.#store.join(this.#options);
    owner.keep(this.#isNeeded);
    return owner;
  }
}
