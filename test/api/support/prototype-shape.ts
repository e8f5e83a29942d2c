/** What everything inherits, as far as it can be told: own keys of the prototypes, and what stands behind them. */
export function prototypeShape(): readonly (readonly [name: string, keys: readonly string[]])[] {
  const prototypes = {
    Object: Object.prototype,
    Array: Array.prototype,
    Function: Function.prototype,
    String: String.prototype,
  };
  return Object.entries(prototypes).map(([name, prototype]) => [
    name,
    Reflect.ownKeys(prototype).map(
      (key) => `${String(key)}: ${described(Reflect.getOwnPropertyDescriptor(prototype, key))}`,
    ),
  ]);
}

function described(property: PropertyDescriptor | undefined): string {
  const value: unknown = property?.value;
  const shown = typeof value === 'function' ? `function ${value.name}` : typeof value;
  return `${shown} ${String(property?.enumerable)} ${String(property?.writable)} ${String(property?.configurable)}`;
}
