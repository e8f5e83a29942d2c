import type { FastifyInstance } from 'fastify';
import { limits } from './limits.ts';

/** Ends connections whose client does not take its answer in time, so that nobody holds answers in memory for long. */
export function endSlowReaders(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
    const { raw } = reply;
    const patienceMs = limits.answerTimeoutMs + (bytes / limits.answerBytesPerSecond) * 1_000;
    const timer = setTimeout(() => raw.destroy(), patienceMs);
    raw.once('close', () => {
      clearTimeout(timer);
    });
    done(null, payload);
  });
}
