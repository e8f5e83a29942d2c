/** Collections under way, the innermost last. */
const underWay: Set<string>[] = [];

/**
 * Marks a value of an input schema as secret: `z.string().refine(secret())`, and likewise in any schema library whose
 * refinements take a predicate. The predicate accepts every value and registers it with the collection under way;
 * outside `collectSecrets` it does nothing. Of lists and objects every text and number in them is registered. The empty
 * string is not: there is nothing to hide.
 */
export function secret(): (value: unknown) => true {
  return (value) => {
    if (underWay.length > 0) register(value);
    return true;
  };
}

/**
 * Runs `work` and tells which values were marked by `secret()` meanwhile, each once, in order of registration. `work` is
 * synchronous; what it throws passes through. Collections nest: what an inner one finds belongs to the outer ones too.
 */
export function collectSecrets<T>(work: () => T): { readonly result: T; readonly secrets: readonly string[] } {
  const found = new Set<string>();
  underWay.push(found);
  try {
    return { result: work(), secrets: [...found] };
  } finally {
    underWay.pop();
  }
}

function register(value: unknown): void {
  const open: unknown[] = [value];
  const seen = new Set<object>();
  while (open.length > 0) {
    const current = open.pop();
    if (isText(current)) registerText(String(current));
    else if (typeof current === 'object' && current !== null && !seen.has(current)) {
      seen.add(current);
      for (const part of Object.values(current).reverse()) open.push(part);
    }
  }
}

function isText(value: unknown): value is string | number | bigint {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
}

function registerText(text: string): void {
  if (text === '') return;
  for (const collection of underWay) collection.add(text);
}
