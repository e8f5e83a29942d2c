import type { z } from 'zod';
import { nearest } from '../../errors/index.ts';
import type { FieldProblem } from './field-problem.ts';
import { inventoryJsonSchema, inventorySchema } from './inventory-schema.ts';
import type { FieldPath } from './yaml-source.ts';

/** Every field that is not as the format wants it. Values are never quoted: a secret may stand at the wrong place. */
export function schemaProblems(value: unknown): readonly FieldProblem[] {
  const parsed = inventorySchema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, value));
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, root: unknown): readonly FieldProblem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
  const value = valueAt(root, path);
  if (isSecretField(path) && value !== undefined && !isObject(value)) return [secretInClear(path)];
  if (issue.code === 'invalid_key') {
    const phrase = issue.issues[0]?.message ?? issue.message;
    return [
      { code: 'FIELD_INVALID', path: path.slice(0, -1), key: String(path.at(-1)), message: `expected ${phrase}` },
    ];
  }
  if (value === undefined) return [{ code: 'FIELD_MISSING', path, message: `is missing: expected ${phraseOf(issue)}` }];
  return [{ code: 'FIELD_INVALID', path, message: `expected ${phraseOf(issue)}${hint(issue, value)}` }];
}

/** The schema's own phrases say what is expected; one that came without a phrase is told as zod tells it. */
function phraseOf({ message }: Issue): string {
  return message.replace(/^(?:Invalid|Too \w+)[^:]*: (?:expected )?/, '');
}

/** YAML reads 4.3 as a number, and yes as a text. */
function hint(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_type' || issue.expected !== 'string') return '';
  return typeof value === 'number' || typeof value === 'boolean' ? '; this is no text, so put it in quotes' : '';
}

const secretNames: ReadonlySet<string> = new Set(['password', 'key']);
/** Names under which people write secrets in other tools' files. */
const clearNames: ReadonlySet<string> = new Set(['privatekey', 'passphrase', 'password', 'secret', 'token', 'keydata']);

function isSecretField(path: FieldPath): boolean {
  const parent = path.at(-2);
  return secretNames.has(String(path.at(-1))) && (parent === 'ssh' || parent === 'sql');
}

function secretInClear(path: FieldPath): FieldProblem {
  return {
    code: 'SECRET_IN_CLEAR',
    path,
    message: 'a secret may not stand in this file; write {env: NAME}, {file: path} or {command: [program, argument]}',
    next: 'Move the secret out of the file, and change it if others have seen the file.',
  };
}

function unknownKey(path: FieldPath, key: string): FieldProblem {
  const known = keysAt(path);
  if (clearNames.has(key.toLowerCase().replaceAll(/[_-]/g, '')) && !known.includes(key)) {
    return { ...secretInClear([...path, key]), path, key };
  }
  const meant = nearest(key, known);
  const known20 = known.slice(0, 20).join(', ');
  const suggestion = meant === undefined ? `known here: ${known20}` : `did you mean ${meant}?`;
  return { code: 'UNKNOWN_KEY', path, key, message: `there is no such key; ${suggestion}` };
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

/** The keys that the format knows at this place. */
function keysAt(path: FieldPath): readonly string[] {
  let node: SchemaNode | undefined = inventoryJsonSchema();
  for (const step of path) node = typeof step === 'number' ? node?.items : node?.properties?.[step];
  return Object.keys(node?.properties ?? {});
}

function valueAt(root: unknown, path: FieldPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
