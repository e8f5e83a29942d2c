/** Closes a switch: a new state breaks the build here, not a run. */
export function unreachable(value: never): never {
  throw new TypeError(`There is no rule for ${String(value)}.`);
}
