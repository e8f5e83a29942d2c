import { RefusedError } from '../errors/index.ts';
import type { RunEvent } from '../state/index.ts';

/** What a trace id stands in: an event, a header, a notice, a log line. */
export interface Traced {
  readonly traceId?: string;
}

const allowed = /^[A-Za-z0-9._-]{1,64}$/;
const charactersShown = 80;

/**
 * Checks the id of a request before anything is done for it.
 *
 * @throws RefusedError `INVALID_TRACE_ID`
 */
export function requireTraceId(traceId: string | undefined): void {
  const given: unknown = traceId;
  if (given === undefined || (typeof given === 'string' && allowed.test(given))) return;
  const shown = typeof given === 'string' ? JSON.stringify(given.slice(0, charactersShown)) : `a ${typeof given}`;
  throw new RefusedError('INVALID_TRACE_ID', 'The request cannot be recorded', [
    {
      code: 'INVALID_TRACE_ID',
      message: `traceId is ${shown}; it is 1 to 64 of the characters A-Z, a-z, 0-9, ".", "_" and "-".`,
      next: 'Give such an id, or none.',
    },
  ]);
}

/** A trace id to spread into what it stands in; nothing where there is none. */
export function traced({ traceId }: { readonly traceId?: string | undefined }): Traced {
  return traceId === undefined ? {} : { traceId };
}

/** The events, each that somebody asked for with the id of the request. O(events). */
export function tracedEvents(events: readonly RunEvent[], traceId: string | undefined): readonly RunEvent[] {
  return traceId === undefined ? events : events.map((event) => ('by' in event ? { ...event, traceId } : event));
}
