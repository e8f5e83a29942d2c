/** A copy of a JSON object that nobody can change, equal to what JSON would give back. O(size). */
export function frozenCopy<Value extends object>(value: Value): Value {
  const copy = { ...value };
  for (const key in copy) {
    if (!survivesJson(copy[key])) return frozen(throughJson(value));
  }
  return Object.freeze(copy);
}

/** Most events and rows are flat: for them the way through JSON text would cost several times as much as the copy. */
function survivesJson(field: unknown): boolean {
  if (typeof field === 'number') return Number.isFinite(field) && !Object.is(field, -0);
  return typeof field === 'string' || typeof field === 'boolean' || field === null;
}

function throughJson<Value extends object>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Freezes what was just parsed: a tree, so that the loop ends. */
function frozen<Value extends object>(root: Value): Value {
  const toFreeze: object[] = [root];
  for (let next = toFreeze.pop(); next !== undefined; next = toFreeze.pop()) {
    for (const field of Object.values(next) as unknown[]) {
      if (typeof field === 'object' && field !== null) toFreeze.push(field);
    }
    Object.freeze(next);
  }
  return root;
}
