import type { FastifyInstance } from 'fastify';
import type { Engine } from '../run/index.ts';
import { unavailable } from './api-error.ts';

/** How long a change that has been accepted is waited for. */
const patienceMs = 10_000;

/** While nothing can be written, changes are refused at once: what nobody waits for any more had better not happen later. */
export function refuseUnwritable(app: FastifyInstance, engine: Engine): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const isChange = request.method !== 'GET' && request.method !== 'HEAD';
    if (isChange && engine.health().state !== 'well') done(unavailable('The store cannot be written.'));
    else done();
  });
}

/** What a change comes to; when the store fails while it is made, its caller is told so instead of being kept waiting. */
export async function withinPatience<Result>(change: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        unavailable('It has not been recorded yet, and may still be: read the task, or the list, before asking again.'),
      );
    }, patienceMs);
  });
  try {
    return await Promise.race([change, late]);
  } finally {
    clearTimeout(timer);
  }
}
