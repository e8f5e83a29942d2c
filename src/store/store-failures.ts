import { PrecedeError } from '../errors/index.ts';

/** Another process has been writing for too long. Nothing was written; the same call may succeed later. */
export class StoreBusyError extends PrecedeError<'STORE_BUSY'> {
  constructor(waitedMs: number) {
    super('STORE_BUSY', {
      message: `Another process has been writing to the store for more than ${waitedMs} ms.`,
      next: 'Find out which process holds the store, and try again.',
      details: { waitedMs },
    });
  }
}
