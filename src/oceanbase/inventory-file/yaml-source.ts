import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';

/** Which field: keys and positions from the root. */
export type FieldPath = readonly (string | number)[];

/** A place in a text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mistake of the YAML itself. */
export interface SyntaxMistake {
  readonly place: Place;
  readonly message: string;
}

/** A YAML text that knows where each of its fields stands. */
export interface YamlSource {
  /** Plain data; undefined when the text could not be understood. */
  readonly value: unknown;
  readonly mistakes: readonly SyntaxMistake[];
  /** Where the field stands; of one that is not there, where the nearest thing around it begins. O(depth × siblings). */
  placeOf(path: FieldPath): Place;
  /** Where a key itself stands, rather than its value. */
  placeOfKey(path: FieldPath, key: string): Place;
}

const aliasesMax = 1_000;

/**
 * Reads YAML 1.2. Mistakes name their place and never quote the text around it, which may hold what somebody wrote by
 * mistake in clear.
 */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const mistakes = [...document.errors, ...document.warnings].map((error) => mistakeOf(error, placeAt));
  const value = mistakes.length === 0 ? plainData(document, mistakes, placeAt) : undefined;
  return {
    value,
    mistakes,
    placeOf: (path) => placeAt(offsetOf(document, path)),
    placeOfKey: (path, key) => placeAt(keyOffset(document, path, key)),
  };
}

function mistakeOf({ code, message, pos }: YAMLError, placeAt: (offset: number) => Place): SyntaxMistake {
  const [what = ''] = message.split(/[:\n]/, 1);
  return { place: placeAt(pos[0]), message: code === 'DUPLICATE_KEY' ? 'the key is written twice' : what.trim() };
}

function plainData(document: Document.Parsed, mistakes: SyntaxMistake[], placeAt: (offset: number) => Place): unknown {
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = 'an alias (*name) has no anchor (&name) before it';
      mistakes.push({ place: placeAt(alias.range?.[0] ?? 0), message });
    },
  });
  if (mistakes.length > 0) return undefined;
  try {
    return document.toJS({ maxAliasCount: aliasesMax }) as unknown;
  } catch {
    mistakes.push({ place: placeAt(0), message: 'its aliases (*name) stand for too much' });
    return undefined;
  }
}

function offsetOf(document: Document.Parsed, path: FieldPath): number {
  return nodesOf(document, path).offset;
}

function keyOffset(document: Document.Parsed, path: FieldPath, key: string): number {
  const { node, offset, isWhole } = nodesOf(document, path);
  if (!isWhole || !isMap(node)) return offset;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? offset) : offset;
}

interface Found {
  readonly node: unknown;
  readonly offset: number;
  /** The path was there to its end. */
  readonly isWhole: boolean;
}

function nodesOf(document: Document.Parsed, path: FieldPath): Found {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const step of path) {
    const next = childOf(resolved(document, node), step);
    if (!isNode(next)) return { node, offset, isWhole: false };
    offset = next.range?.[0] ?? offset;
    node = next;
  }
  return { node: resolved(document, node), offset, isWhole: true };
}

function childOf(node: unknown, step: string | number): unknown {
  if (isMap(node)) return node.get(step, true);
  return isSeq(node) ? node.items[Number(step)] : undefined;
}

/** What an alias stands for. Where it is used is still where a reader looks. */
function resolved(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
