import { known } from './source.ts';
import { wireTime } from './wire-time.ts';

/** The facts of one HTTP answer that its envelope tells. */
export interface EnvelopeFacts {
  /** Epoch milliseconds of the answer. */
  readonly timestampMs: number;
  readonly utcOffsetMinutes: number;
  /** How long the request took, in whole milliseconds. */
  readonly durationMs: number;
  /** 16 lower-case hex digits; empty when a request was turned away before it was traced. */
  readonly traceId: string;
  /** Name or address of the answering server. */
  readonly server: string;
}

/** A successful answer. Keys in documented order. */
export interface OcpEnvelope<Data> {
  /** Absent when the operation has no result. */
  readonly data?: Data;
  readonly duration: number;
  readonly server: string;
  /** The HTTP status. */
  readonly status: number;
  readonly successful: true;
  readonly timestamp: string;
  readonly traceId: string;
}

/** What went wrong, as clients read it. */
export interface OcpError {
  /** An identifier such as `TSK10001`; the number 0 when too many requests came. */
  readonly code: string | number;
  readonly message: string;
  /** Everything that is wrong, where it is more than one thing. */
  readonly subErrors?: readonly OcpSubError[];
  /** What the error is about, such as the name of a parameter. */
  readonly target?: string;
}

/** One of several things that are wrong. */
export interface OcpSubError {
  readonly code: string | number;
  readonly message: string;
}

/** An answer that tells an error. Keys in documented order. */
export interface OcpErrorEnvelope {
  readonly duration: number;
  readonly error: OcpError;
  readonly server: string;
  readonly status: number;
  readonly successful: false;
  readonly timestamp: string;
  readonly traceId: string;
}

/** Wraps a result, or nothing when `data` is undefined, as every documented endpoint answers: with HTTP status 200. */
export function toEnvelope<Data>(data: Data, facts: EnvelopeFacts): OcpEnvelope<Data> {
  const { duration, server, timestamp, traceId } = wireFacts(facts);
  return {
    ...(data === undefined ? {} : { data }),
    duration,
    server,
    status: 200,
    successful: true,
    timestamp,
    traceId,
  };
}

/** Wraps an error as every documented endpoint answers it, with the HTTP status it is sent with. */
export function toErrorEnvelope(
  { code, message, subErrors, target }: OcpError,
  facts: EnvelopeFacts & { readonly status: number },
): OcpErrorEnvelope {
  const { duration, server, timestamp, traceId } = wireFacts(facts);
  const error = known({ code, message, subErrors: subErrors?.map(subError), target });
  return { duration, error, server, status: facts.status, successful: false, timestamp, traceId };
}

function subError({ code, message }: OcpSubError): OcpSubError {
  return { code, message };
}

function wireFacts({ timestampMs, utcOffsetMinutes, durationMs, traceId, server }: EnvelopeFacts) {
  const timestamp = wireTime({ atMs: timestampMs, utcOffsetMinutes });
  return { duration: Math.round(durationMs), server, timestamp, traceId };
}
