import type { Problem } from '../../errors/index.ts';
import type { FieldPath, YamlSource } from './yaml-source.ts';

/** What is wrong with one field of an inventory file. */
export interface FieldProblem {
  readonly code: InventoryProblemCode;
  readonly path: FieldPath;
  /** The key below `path` that is meant, when the key itself is wrong. */
  readonly key?: string;
  readonly message: string;
  readonly next?: string;
}

/** Every kind of mistake in an inventory file. */
export type InventoryProblemCode =
  | 'YAML_SYNTAX'
  | 'UNKNOWN_KEY'
  | 'FIELD_MISSING'
  | 'FIELD_INVALID'
  | 'SECRET_IN_CLEAR'
  | 'DUPLICATE'
  | 'UNKNOWN_REFERENCE'
  | 'HOST_KEY_UNREADABLE'
  | 'KEY_FILE_REFUSED'
  | 'SECRET_FILE_REFUSED'
  | 'SECRET_NOT_FOUND'
  | 'PACKAGE_MISSING'
  | 'PACKAGE_DAMAGED';

/** `hosts[2].ssh.port`; empty for the root. */
export function fieldName(path: FieldPath): string {
  const parts = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return parts.join('').replace(/^\./, '');
}

/** The problem as it is told: `inventory.yaml:12:7 hosts[2].ssh.port: …`. */
export function locatedProblem(file: string, source: YamlSource, problem: FieldProblem): Problem {
  const { code, path, key, message, next } = problem;
  const { line, column } = key === undefined ? source.placeOf(path) : source.placeOfKey(path, key);
  const field = fieldName(key === undefined ? path : [...path, key]);
  return {
    code,
    message: `${file}:${line}:${column} ${field === '' ? '' : `${field}: `}${message}`,
    ...(next === undefined ? {} : { next }),
    details: { file, line, column, field },
  };
}
