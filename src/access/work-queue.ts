import { refused } from './refused.ts';

/** Lets a few pieces of work run at once, and a few more wait for their turn. */
export interface WorkQueue {
  /** Does the work once it is its turn. @throws RefusedError `ACCESS_BUSY` at once, when too many wait already */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** A queue in which `atOnce` pieces of work run and `waitingMax` wait, first come, first served. */
export function workQueue({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }): WorkQueue {
  const waiting: (() => void)[] = [];
  let underWay = 0;

  return {
    run: async (work) => {
      await turn();
      try {
        return await work();
      } finally {
        // A turn is handed on, so that nobody who comes later gets in between.
        const next = waiting.shift();
        if (next) next();
        else underWay -= 1;
      }
    },
  };

  async function turn(): Promise<void> {
    if (underWay < atOnce) {
      underWay += 1;
      return;
    }
    if (waiting.length >= waitingMax) throw busy();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    waiting.push(() => resolve(undefined));
    await promise;
  }
}

function busy(): Error {
  return refused('ACCESS_BUSY', 'Login', {
    message: 'Too many passwords are being checked at this instant.',
    next: 'Try again in a few seconds.',
  });
}
