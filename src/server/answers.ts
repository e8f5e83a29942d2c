import type { FastifyReply, FastifyRequest } from 'fastify';
import { toEnvelope, toErrorEnvelope, type EnvelopeFacts } from '../ocp/index.ts';
import type { Clock } from '../run/index.ts';
import type { ErrorAnswer } from './error-answer.ts';
import { partsMax, sendInParts } from './large-answer.ts';
import { BareAnswer, JsonText } from './route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When it came, on the monotonic clock. */
    receivedAtMs: number;
  }
}

const json = 'application/json; charset=utf-8';
const dataField = Buffer.from('{"data":');

/** Wraps everything that is answered in the documented envelope. */
export class Answers {
  readonly #clock: Clock;
  readonly #server: string;

  constructor({ clock, server }: { readonly clock: Clock; readonly server: string }) {
    this.#clock = clock;
    this.#server = server;
  }

  /** Sends a result; without one the envelope alone. */
  send(request: FastifyRequest, reply: FastifyReply, data: unknown): FastifyReply {
    if (data instanceof BareAnswer) return reply.type(data.contentType).send(data.body);
    reply.type(json);
    const envelope = JSON.stringify(toEnvelope(data instanceof JsonText ? undefined : data, this.#facts(request)));
    if (!(data instanceof JsonText)) return reply.send(envelope);
    // The data comes first in the envelope, and may be large: it is not parsed to be written again.
    const parts = [dataField, data.bytes, Buffer.from(`,${envelope.slice(1)}`)];
    return data.bytes.length > partsMax ? sendInParts(reply, parts) : reply.send(Buffer.concat(parts));
  }

  sendError(request: FastifyRequest, reply: FastifyReply, { status, error, headers }: ErrorAnswer): FastifyReply {
    // Too many requests: nobody looked at this one.
    const facts = status === 429 ? { ...this.#facts(request), durationMs: 0, traceId: '' } : this.#facts(request);
    const text = JSON.stringify(toErrorEnvelope(error, { ...facts, status }));
    return reply.code(status).headers(headers).type(json).send(text);
  }

  /** An error for what never became a request, as a whole answer. */
  rawError({ status, error }: Pick<ErrorAnswer, 'status' | 'error'>, traceId: string): string {
    return JSON.stringify(toErrorEnvelope(error, { ...this.#now(), durationMs: 0, traceId, status }));
  }

  #facts(request: FastifyRequest): EnvelopeFacts {
    const durationMs = performance.now() - request.receivedAtMs;
    return { ...this.#now(), durationMs, traceId: request.id };
  }

  #now(): Pick<EnvelopeFacts, 'timestampMs' | 'utcOffsetMinutes' | 'server'> {
    const timestampMs = this.#clock.nowMs();
    return { timestampMs, utcOffsetMinutes: this.#clock.utcOffsetMinutes(timestampMs), server: this.#server };
  }
}
