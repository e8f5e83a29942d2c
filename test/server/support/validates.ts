import { Ajv, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import { expect } from 'vitest';

const ajv = new Ajv({ strict: true, allErrors: true });

/** Making one takes far longer than calling it. */
const made = new WeakMap<TSchema, ValidateFunction>();

/** Expects that what a client reads of a value is what its schema says, in Ajv's strict mode. */
export function expectValid(schema: TSchema, value: unknown): void {
  const validate = made.get(schema) ?? ajv.compile(schema);
  made.set(schema, validate);
  validate(JSON.parse(JSON.stringify(value)));
  expect(validate.errors ?? []).toEqual([]);
}
