import type { RunState } from '../../state/index.ts';
import type { RunSummary } from '../../store/index.ts';
import { factsOfRun, listedRun, type ListedRun, type RunFacts } from './run-facts.ts';
import { taskFilter, type TaskFilter } from './task-list.ts';

/** The part of a store that says which runs there are. */
export interface ListedRuns {
  /** All runs by id, ascending, without reading their headers. */
  runVersions(): Promise<readonly RunVersion[]>;
  /** Headers of these runs; those that are gone are left out. */
  listRuns(filter: { readonly ids: readonly number[]; readonly limit: number }): Promise<readonly RunSummary[]>;
}

/** How far a run has come. */
export interface RunVersion {
  readonly runId: number;
  readonly state: RunState;
  readonly updatedAtMs: number;
  readonly eventCount: number;
}

/** Headers hold whole plans, so only so many are in memory at a time. */
const headersMax = 100;

/**
 * Finds runs without reading their headers anew. What never changes of a run is read once and kept until the run is
 * pruned: about 300 bytes a run and 8 more for each of its hosts, so 100,000 runs take some 30 MB. States are read at
 * each call.
 */
export class RunCatalog {
  readonly #store: ListedRuns;
  readonly #facts = new Map<number, RunFacts>();
  #underWay: Promise<unknown> = Promise.resolve();
  #next: Promise<readonly ListedRun[]> | undefined;

  constructor(store: ListedRuns) {
    this.#store = store;
  }

  /**
   * The runs that a filter lets through, newest first, as the store has them at some instant after the call. Calls that
   * come while one reads share the next reading. O(runs), and one header for each run that is new.
   *
   * @throws ApiError 400 `COM10001` for an unknown status or type
   */
  async matching(filter: TaskFilter): Promise<readonly ListedRun[]> {
    const isAskedFor = taskFilter(filter);
    const runs = await this.#read();
    return runs.filter(isAskedFor).reverse();
  }

  #read(): Promise<readonly ListedRun[]> {
    this.#next ??= this.#afterThisOne();
    return this.#next;
  }

  /** One reading at a time: what one forgets as pruned, another must not have just read. */
  async #afterThisOne(): Promise<readonly ListedRun[]> {
    await this.#underWay;
    this.#next = undefined;
    const reading = this.#listed();
    // Who asked is told of a failure; whoever comes next begins anew.
    this.#underWay = reading.catch(() => undefined);
    return reading;
  }

  async #listed(): Promise<readonly ListedRun[]> {
    const versions = await this.#store.runVersions();
    this.#forgetAllBut(versions);
    await this.#learn(versions.map(({ runId }) => runId).filter((runId) => !this.#facts.has(runId)));
    return versions.flatMap(({ runId, state }) => {
      const facts = this.#facts.get(runId);
      return facts ? [listedRun(facts, state)] : [];
    });
  }

  #forgetAllBut(versions: readonly RunVersion[]): void {
    const ids = new Set(versions.map(({ runId }) => runId));
    for (const id of this.#facts.keys()) if (!ids.has(id)) this.#facts.delete(id);
  }

  /** A run that is pruned meanwhile is in nobody's answer. */
  async #learn(ids: readonly number[]): Promise<void> {
    for (let from = 0; from < ids.length; from += headersMax) {
      const batch = ids.slice(from, from + headersMax);
      const summaries = await this.#store.listRuns({ ids: batch, limit: Infinity });
      for (const { header } of summaries) this.#facts.set(header.id, factsOfRun(header));
    }
  }
}
