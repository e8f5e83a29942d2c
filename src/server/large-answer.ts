import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';

/** What is larger goes out in parts of so many bytes. */
export const partsMax = 65_536;

/**
 * Sends bytes no faster than their reader takes them. They are not copied, so that those that many clients are sent stand
 * in memory once, however slowly each of them reads.
 */
export function sendInParts(reply: FastifyReply, all: readonly Buffer[]): FastifyReply {
  const bytes = all.reduce((sum, { length }) => sum + length, 0);
  return reply.header('content-length', bytes).send(Readable.from(partsOf(all), { objectMode: false }));
}

function* partsOf(all: readonly Buffer[]): Iterable<Buffer> {
  for (const bytes of all) {
    for (let from = 0; from < bytes.length; from += partsMax) yield bytes.subarray(from, from + partsMax);
  }
}
