import type { JsonValue } from '../json/index.ts';
import { InvalidOutputError } from './task-errors.ts';

/** No recorded output is larger, in bytes of JSON. */
export const outputBytesMax = 1_048_576;

/**
 * A body's return value as the JSON value that is recorded; nothing becomes null.
 *
 * @throws InvalidOutputError when it would not survive JSON, or is larger than 1 MiB
 */
export function recordedOutput(key: string, returned: unknown): JsonValue {
  if (returned === undefined || returned === null) return null;
  if (typeof returned === 'boolean') return returned;
  const text = jsonText(key, returned);
  if (text.length > outputBytesMax || Buffer.byteLength(text) > outputBytesMax) {
    throw new InvalidOutputError(key, `it is ${Buffer.byteLength(text)} bytes of JSON, more than ${outputBytesMax}`);
  }
  return JSON.parse(text) as JsonValue;
}

function jsonText(key: string, returned: unknown): string {
  try {
    // Its declared type leaves out that it answers undefined for functions and symbols.
    const text: unknown = JSON.stringify(returned, refuseLossy);
    if (typeof text === 'string') return text;
  } catch (error) {
    throw new InvalidOutputError(key, error instanceof Error ? error.message : String(error));
  }
  throw new InvalidOutputError(key, `a ${typeof returned} is not a JSON value`);
}

/** JSON.stringify would drop or change these without a word. */
function refuseLossy(name: string, value: unknown): unknown {
  const where = name === '' ? 'it' : `"${name}"`;
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${where} is ${value}`);
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`${where} is a ${typeof value}`);
  if (value instanceof Map || value instanceof Set) throw new TypeError(`${where} is a ${value.constructor.name}`);
  return value;
}
