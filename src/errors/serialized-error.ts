import type { JsonObject } from '../json/index.ts';
import { PrecedeError } from './precede-error.ts';

/** An error as it is recorded, sent and shown: no stack, no class identity, no secret. */
export interface SerializedError {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
  readonly details?: JsonObject;
  readonly cause?: SerializedError;
}

const causesMax = 5;

/** Turns anything that was thrown into its recorded form. Unknown errors get the code `UNEXPECTED`. */
export function serializeError(thrown: unknown): SerializedError {
  const chain: SerializedError[] = [];
  let current: unknown = thrown;
  while (chain.length === 0 || (current !== undefined && chain.length < causesMax)) {
    chain.push(withoutCause(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return chain.reduceRight((cause, error) => ({ ...error, cause }));
}

function withoutCause(thrown: unknown): SerializedError {
  if (thrown instanceof PrecedeError) {
    const { code, message, next, details } = thrown as PrecedeError;
    return {
      code,
      message,
      ...(next === undefined ? {} : { next }),
      ...(Object.keys(details).length === 0 ? {} : { details }),
    };
  }
  if (thrown instanceof Error) return { code: systemCode(thrown) ?? 'UNEXPECTED', message: thrown.message };
  return { code: 'UNEXPECTED', message: `Something other than an error was thrown: ${describe(thrown)}` };
}

function systemCode(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  try {
    const json = JSON.stringify(thrown) as string | undefined;
    return json ?? String(thrown);
  } catch {
    // A bigint, a circle, or a getter that throws.
    return typeof thrown === 'bigint' ? String(thrown) : `a ${typeof thrown}`;
  }
}
