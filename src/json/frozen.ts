/** Freezes what was just parsed, through and through; returns it. A tree, so that the loop ends. O(size). */
export function frozen<Value>(root: Value): Value {
  const open: unknown[] = [root];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null || Object.isFrozen(part)) continue;
    for (const inner of Object.values(Object.freeze(part))) open.push(inner);
  }
  return root;
}
