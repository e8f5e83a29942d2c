import type { z } from 'zod';

const roundsMax = 3;

/**
 * An entry without those of its fields that the schema refuses, so that the rest of it can be judged as well. What is
 * left fits the schema, but for fields that are missing.
 */
export function soundParts<Schema extends z.ZodType>(schema: Schema, raw: unknown): Partial<z.output<Schema>> {
  const entry: unknown = structuredClone(raw);
  if (typeof entry !== 'object' || entry === null) return {};
  for (let round = 0; round < roundsMax; round += 1) {
    const { error } = schema.safeParse(entry);
    for (const issue of error?.issues ?? []) {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      for (const path of keys) remove(entry, path);
    }
    if (!error) break;
  }
  return entry;
}

/** A wrong item takes its list with it, since the positions of the others must stay true. */
function remove(entry: object, path: readonly PropertyKey[]): void {
  let parent: object = entry;
  let holder: object = entry;
  for (const step of path.slice(0, -1)) {
    const next: unknown = Object.hasOwn(holder, step) ? Reflect.get(holder, step) : undefined;
    if (typeof next !== 'object' || next === null) return;
    parent = holder;
    holder = next;
  }
  const [list, last] = [path.at(-2), path.at(-1)];
  if (Array.isArray(holder) && list !== undefined) Reflect.deleteProperty(parent, list);
  else if (last !== undefined) Reflect.deleteProperty(holder, last);
}
