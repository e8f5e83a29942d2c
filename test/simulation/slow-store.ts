import type { JournalCommit } from '../../src/store/index.ts';
import { WatchedStore } from '../support/watched-store.ts';

/** A store whose commits take their time, on whatever clock `wait` looks. Knows how much of one run is durable. */
export class SlowStore extends WatchedStore {
  readonly #wait: () => Promise<void>;
  /** Events of the run that are recorded; the first one was recorded with the run itself. */
  durableCount = 1;

  constructor(wait: () => Promise<void>) {
    super();
    this.#wait = wait;
  }

  override async append(commit: JournalCommit): Promise<number> {
    await this.#wait();
    const fence = await super.append(commit);
    this.durableCount += commit.events.length;
    return fence;
  }
}
