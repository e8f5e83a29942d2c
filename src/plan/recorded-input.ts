import type { Problem } from '../errors/index.ts';
import { displayName } from '../graph/index.ts';
import type { JsonValue } from '../json/index.ts';

/** Either the input as it will be recorded, or why it cannot be. */
export type RecordedInput =
  { readonly kind: 'input'; readonly input: JsonValue } | { readonly kind: 'problem'; readonly problem: Problem };

/**
 * Parsed input as what a store gives back. A value that JSON would change or drop without a word (a
 * Date, a Map, NaN) is a problem, because a run that is recovered would see another one. O(size).
 */
export function recordedInput(parsed: unknown): RecordedInput {
  try {
    const text = JSON.stringify(parsed ?? null, refuseLossy);
    return { kind: 'input', input: JSON.parse(text) as JsonValue };
  } catch (error) {
    return { kind: 'problem', problem: notJson(error) };
  }
}

/** JSON.stringify hands over what toJSON made of a value; the value itself stands in its holder. */
function refuseLossy(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const what = lossy(this[name]);
  if (what !== undefined) throw new TypeError(`${name === '' ? 'it' : `"${displayName(name)}"`} is ${what}`);
  return value;
}

/** What JSON would change or drop, or undefined. */
function lossy(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? undefined : ofClass(value);
  return ['function', 'symbol', 'bigint'].includes(typeof value) ? `a ${typeof value}` : undefined;
}

function ofClass(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return undefined;
  return `a ${typeof value.constructor === 'function' ? value.constructor.name : 'class instance'}`;
}

function notJson(error: unknown): Problem {
  const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return {
    code: 'INPUT_NOT_JSON',
    message: `the parsed input is not a JSON value: ${why}.`,
    next: 'Let the input schema give texts, numbers, booleans, lists and plain objects; a time, say, as ISO text.',
  };
}
