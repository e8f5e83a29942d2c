import { serializeError } from '../errors/index.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';
import type { Scrubber } from '../secrets/index.ts';
import type { Logger } from './logger.ts';

const unwritable = '[not JSON]';

/**
 * A host program's logger, of any make, that is never told a secret which the scrubber knows: message and fields are
 * scrubbed before they reach it. What it throws goes no further. Fields arrive as plain JSON; errors among them as `{ code, message, … }`.
 */
export function scrubbedLogger(logger: Logger, scrubber: Scrubber): Logger {
  const passOn =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      try {
        logger[level](scrubber.json(plainFields(fields)) as object, scrubber.text(message));
      } catch {
        // There is nowhere left to say so: a full disk under the log must not stop a run.
      }
    };
  return { debug: passOn('debug'), info: passOn('info'), warn: passOn('warn'), error: passOn('error') };
}

/** Fields as a JSON object. One that cannot be written (a circle, too deep) does not take the others with it. */
export function plainFields(fields: object): JsonObject {
  if (fields instanceof Error) return { error: asJson(fields) };
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, asJson(value)]),
  );
}

function asJson(value: unknown): JsonValue {
  try {
    const json = JSON.stringify(value, writable) as string | undefined;
    return json === undefined ? null : (JSON.parse(json) as JsonValue);
  } catch {
    return unwritable;
  }
}

function writable(_: string, value: unknown): unknown {
  if (value instanceof Error) return serializeError(value);
  return typeof value === 'bigint' ? String(value) : value;
}
