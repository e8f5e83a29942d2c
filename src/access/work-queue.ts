import { refused } from './refused.ts';

/** Lets a few pieces of work run at once, and a few more wait for their turn. */
export interface WorkQueue {
  /**
   * Does the work once it is its turn. What is urgent goes first, and waits however many wait.
   *
   * @throws RefusedError `ACCESS_BUSY` at once, when too many wait already
   */
  run<Result>(work: () => Promise<Result>, options?: { readonly isUrgent?: boolean }): Promise<Result>;
}

/** A queue in which `atOnce` pieces of work run and `waitingMax` wait, besides urgent ones; first come, first served. */
export function workQueue({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }): WorkQueue {
  const waiting: (() => void)[] = [];
  const urgent: (() => void)[] = [];
  let underWay = 0;

  return {
    run: async (work, { isUrgent = false } = {}) => {
      await turn(isUrgent);
      try {
        return await work();
      } finally {
        // A turn is handed on, so that nobody who comes later gets in between.
        const next = urgent.shift() ?? waiting.shift();
        if (next) next();
        else underWay -= 1;
      }
    },
  };

  async function turn(isUrgent: boolean): Promise<void> {
    if (underWay < atOnce) {
      underWay += 1;
      return;
    }
    if (!isUrgent && waiting.length >= waitingMax) throw busy();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    (isUrgent ? urgent : waiting).push(() => resolve(undefined));
    await promise;
  }
}

function busy(): Error {
  return refused('ACCESS_BUSY', 'Login', {
    message: 'Too many passwords are being checked at this instant.',
    next: 'Try again in a few seconds.',
  });
}
