import { LeaseLostError, type OwnerListener, type Store, type StoreOwner } from '../store/index.ts';

/**
 * An engine as one of its store's owners: from its first run on, and anew when it was taken for dead and the process
 * woke up after all.
 */
export class Ownership {
  readonly #store: Pick<Store, 'join'>;
  readonly #listener: OwnerListener;
  #owner: Promise<StoreOwner> | undefined;
  #isNeeded = false;
  #latest: StoreOwner | undefined;

  constructor(store: Pick<Store, 'join'>, listener: OwnerListener) {
    this.#store = store;
    this.#listener = listener;
  }

  /** The owner under which runs are started and taken. */
  async current(): Promise<StoreOwner> {
    try {
      const owner = await (this.#owner ??= this.#join());
      await owner.prove();
      return owner;
    } catch (error) {
      this.#owner = undefined;
      if (error instanceof LeaseLostError) return await (this.#owner ??= this.#join());
      throw error;
    }
  }

  /** Rejects with `LeaseLostError` when another process may have taken the runs of this one. */
  async prove(): Promise<void> {
    await (await this.#owner)?.prove();
  }

  /** The owner that was made last. */
  get latest(): StoreOwner | undefined {
    return this.#latest;
  }

  /** The owner, as far as there is one. */
  async known(): Promise<StoreOwner | undefined> {
    return await this.#owner?.catch(() => undefined);
  }

  /** Whether there are runs for whose sake the lease is to be kept. */
  keep(isNeeded: boolean): void {
    this.#isNeeded = isNeeded;
    void this.known().then((owner) => owner?.keep(this.#isNeeded));
  }

  /** Lets every run go. Safe twice, and when there never was an owner. */
  async leave(): Promise<void> {
    this.#isNeeded = false;
    await (await this.known())?.leave();
  }

  async #join(): Promise<StoreOwner> {
    const owner = await this.#store.join(this.#listener);
    owner.keep(this.#isNeeded);
    this.#latest = owner;
    return owner;
  }
}
