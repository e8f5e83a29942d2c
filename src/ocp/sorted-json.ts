import type { JsonObject, JsonValue } from '../json/index.ts';

/** Objects nested deeper than this are copied as they are. */
const depthMax = 32;

/** A copy with the keys of every object in alphabetical order, as the wire has them. O(size). */
export function sortedJson(object: JsonObject): JsonObject {
  return sorted(object, 0) as JsonObject;
}

function sorted(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null || depth > depthMax) return value;
  if (isList(value)) return value.map((item) => sorted(item, depth + 1));
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part, depth + 1)]));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
