import { frozen, type JsonValue } from '../json/index.ts';
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
  return frozen(JSON.parse(text) as JsonValue);
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

/** JSON.stringify would drop or change these without a word, and hands over what toJSON made of a value. */
function refuseLossy(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const where = name === '' ? 'it' : `"${name}"`;
  const what = lossyObject(this[name]);
  if (what !== undefined) throw new TypeError(`${where} is ${what}`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${where} is ${value}`);
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`${where} is a ${typeof value}`);
  return value;
}

/** What JSON would change without a word, though it is an object; undefined for the others. */
function lossyObject(given: unknown): string | undefined {
  if (ArrayBuffer.isView(given)) return 'binary data; give its text';
  if (given instanceof Date) return 'a Date; give its text, or its milliseconds';
  const isLost = given instanceof Map || given instanceof Set || given instanceof Error;
  return isLost ? `a ${given.constructor.name}` : undefined;
}
