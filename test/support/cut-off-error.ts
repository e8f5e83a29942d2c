import { PrecedeError } from '../../src/errors/index.ts';

/** What a broken connection throws: the effect was sent, and nobody knows whether it happened. */
export class CutOffError extends PrecedeError {
  readonly mayHaveRun = true;

  constructor() {
    super('CUT_OFF', { message: 'the connection was lost' });
  }
}
