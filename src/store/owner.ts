/** Who has open runs: an engine in some process. */
export interface OwnerFacts {
  /** Drawn at random, so that no two owners of a store have the same. */
  readonly id: number;
  readonly pid: number;
  /** Name of its machine, for people. */
  readonly host: string;
}

/** Told when there may be something to do. Must not throw. */
export interface OwnerListener {
  /** Somebody may have left a wish for a run of this owner. */
  readonly onWish?: () => void;
  /** Writing has come to a halt, or goes on again. */
  readonly onHealth?: (health: StoreHealth) => void;
}

/** One of the store's owners, as it sees itself. It stands in the store once it has a run, and until it leaves. */
export interface StoreOwner extends OwnerFacts {
  /** While this is asked for, the lease is renewed and wishes are looked for. It keeps no process alive. Safe twice. */
  keep(isNeeded: boolean): void;
  /**
   * Resolves when no other owner can have taken this one's runs; renews the lease when that is not certain any more, as
   * after a standstill of the process.
   *
   * @throws LeaseLostError
   */
  prove(): Promise<void>;
  /** Lets all its runs go, for anybody to take. Safe twice. */
  leave(): Promise<void>;
}

/** How writing to a store goes. */
export type StoreHealth =
  | { readonly state: 'well' }
  /** Nothing can be written for now: no space, or another process writes. Outcomes wait. */
  | { readonly state: 'waiting'; readonly error: Error; readonly sinceMs: number }
  /** A write failed in a way that leaves open what is on disk: nothing is written until the store is opened again. */
  | { readonly state: 'failed'; readonly error: Error };
