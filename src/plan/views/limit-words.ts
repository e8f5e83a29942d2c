import type { LimitUse } from '../playthrough.ts';

/** Beyond so many kinds of limits only their number is told. */
const kindsMax = 8;

interface Kind {
  readonly names: string[];
  readonly size: number;
  readonly peak: number;
}

/**
 * The limits of a plan with the most that hold each at one time and its size, as one line of words that stay together,
 * or none. Those of one size and peak whose names begin alike up to a colon are told together: `host:* 1 of 1 (3 of
 * them)`. The most used are told first. O(n log n) for n limits.
 */
export function limitWords(
  limits: readonly LimitUse[],
  shown: (name: string) => string,
): readonly (readonly string[])[] {
  if (limits.length === 0) return [];
  const kinds = kindsOf(limits).toSorted((a, b) => b.peak / b.size - a.peak / a.size);
  const told = kinds.slice(0, kindsMax).map((kind) => kindText(kind, shown));
  const rest = kinds.slice(kindsMax).reduce((count, { names }) => count + names.length, 0);
  if (rest > 0) told.push(`… ${rest} more`);
  return [['at most at a time:', ...told.map((text, at) => (at === told.length - 1 ? text : `${text},`))]];
}

function kindsOf(limits: readonly LimitUse[]): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { name, size, peak } of limits) {
    const colon = name.indexOf(':');
    const beginning = colon === -1 ? name : name.slice(0, colon + 1);
    const id = JSON.stringify([beginning, String(size), peak]);
    const kind = kinds.get(id) ?? { names: [], size, peak };
    kinds.set(id, kind);
    kind.names.push(name);
  }
  return [...kinds.values()];
}

function kindText({ names, size, peak }: Kind, shown: (name: string) => string): string {
  const [name = ''] = names;
  const of = `${peak} of ${size === Infinity ? 'any number' : size}`;
  if (names.length === 1) return `${shown(name)} ${of}`;
  return `${shown(name.slice(0, name.indexOf(':') + 1))}* ${of} (${names.length} of them)`;
}
