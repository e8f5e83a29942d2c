/** A document in which schemas that have a title stand once, by that name, and are referred to elsewhere. */
export interface NamedSchemas {
  readonly document: unknown;
  readonly schemas: Readonly<Record<string, unknown>>;
}

/**
 * Moves every schema with a title to one place. Schemas of one title have to be equal: they are made by one declaration.
 * O(size of the document).
 */
export function nameSchemas(document: unknown): NamedSchemas {
  const schemas: Record<string, unknown> = {};
  return { document: moved(document, schemas), schemas };
}

function moved(value: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, moved(part, schemas)]));
  const { title, type } = copy;
  if (typeof title !== 'string' || type !== 'object' || !/^[A-Z]\w*$/.test(title)) return copy;
  schemas[title] ??= copy;
  return { $ref: `#/components/schemas/${title}` };
}
