import type { JsonValue } from '../json/index.ts';

type Container = JsonValue[] | Record<string, JsonValue>;

/** A copy of a JSON value with every text, key and number passed through `mask`. Iterative: any depth. O(size). */
export function maskJson(value: JsonValue, mask: (text: string) => string): JsonValue {
  const open: { readonly source: JsonValue; readonly copy: Container }[] = [];
  const copyOf = (part: JsonValue): JsonValue => {
    if (typeof part !== 'object' || part === null) return maskLeaf(part, mask);
    const copy: Container = Array.isArray(part) ? [] : {};
    open.push({ source: part, copy });
    return copy;
  };
  const result = copyOf(value);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { source, copy } = next;
    if (Array.isArray(copy)) for (const item of source as readonly JsonValue[]) copy.push(copyOf(item));
    else for (const [key, part] of Object.entries(source as object)) define(copy, mask(key), copyOf(part as JsonValue));
  }
  return result;
}

function maskLeaf(leaf: string | number | boolean | null, mask: (text: string) => string): JsonValue {
  if (typeof leaf === 'string') return mask(leaf);
  if (typeof leaf !== 'number') return leaf;
  const text = String(leaf);
  const shown = mask(text);
  return shown === text ? leaf : shown;
}

/** Defined, not assigned: a key such as `__proto__` is a key like any other. */
function define(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  let name = key;
  for (let count = 2; Object.hasOwn(target, name); count += 1) name = `${key}#${count}`;
  Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
}
