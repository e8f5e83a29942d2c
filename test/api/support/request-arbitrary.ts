import fc from 'fast-check';
import type { OpenApiDocument, Operation, Schema } from './documented.ts';

/** A request for one operation, made from what is documented of it. */
export interface MadeRequest {
  readonly target: string;
  readonly body?: string;
  /** Whether the body or the query holds a field that is not documented. */
  readonly hasUnknown: boolean;
}

/** Valid and nearly valid requests for an operation. */
export function requestsFor(document: OpenApiDocument, path: string, operation: Operation): fc.Arbitrary<MadeRequest> {
  const { parameters = [], requestBody } = operation;
  const values = (place: 'path' | 'query') =>
    fc.record(
      Object.fromEntries(
        parameters.filter((one) => one.in === place).map(({ name, schema }) => [name, nearly(document, schema)]),
      ),
      place === 'path' ? {} : { requiredKeys: [] },
    );
  const schema = requestBody?.content['application/json']?.schema;
  const body: fc.Arbitrary<unknown> = schema ? nearly(document, schema) : fc.constant(undefined);
  const unknown = fc.option(fc.constantFrom('unknown', '__proto__', 'constructor', 'Page', 'toString', ''), {
    nil: undefined,
    freq: 5,
  });
  return fc
    .tuple(values('path'), values('query'), body, unknown, fc.boolean())
    .map(([inPath, query, asked, extra, inBody]) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encoded(inPath[name]) || '%20');
      const goesToBody = inBody && isObject(asked);
      const pairs = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`);
      if (extra !== undefined && !goesToBody) pairs.push(`${encodeURIComponent(extra)}=1`);
      const text = jsonOf(asked);
      const whole = extra !== undefined && goesToBody ? withField(text ?? '{}', extra) : text;
      return {
        target: [filled, ...(pairs.length > 0 ? [pairs.join('&')] : [])].join('?'),
        ...(whole === undefined ? {} : { body: whole }),
        hasUnknown: extra !== undefined,
      };
    });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** By hand: an object literal would set its prototype. */
function withField(object: string, name: string): string {
  return `{${JSON.stringify(name)}:1${object === '{}' ? '' : ','}${object.slice(1)}`;
}

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (jsonOf(value) ?? '');
  return encodeURIComponent(text.toWellFormed());
}

/** Mostly what the schema says, sometimes something near it, sometimes something else. */
function nearly(document: OpenApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 8, arbitrary: valueOf(document, schema) },
    { weight: 1, arbitrary: edges },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

const edges = fc.constantFrom<unknown>(
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '1e400',
  '9007199254740993',
  'null',
  '\0',
  '\u202e',
  '__proto__',
  0,
  -1,
  1.5,
  2 ** 53,
  null,
  [],
  {},
  [null],
  true,
  'x'.repeat(5_000),
);

function valueOf(document: OpenApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  const { $ref, type } = schema;
  const named = $ref === undefined ? undefined : document.components.schemas[$ref.split('/').at(-1) ?? ''];
  if (named) return valueOf(document, named);
  if (type === 'integer') return integerOf(schema);
  if (type === 'array') return fc.array(nearly(document, schema.items ?? {}), { maxLength: 6 });
  if (type === 'object') return objectOf(document, schema);
  return type === 'string' ? textOf(schema) : fc.jsonValue();
}

/** What there is has small numbers. */
function integerOf({ minimum = -1, maximum = 300 }: Schema): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(1, 1, 2, 3) },
    { weight: 1, arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, 300) }) },
    { weight: 1, arbitrary: fc.maxSafeInteger() },
  );
}

function objectOf(document: OpenApiDocument, { properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const made = Object.entries(properties).map(([name, part]) => [name, nearly(document, part)] as const);
  return fc.record(Object.fromEntries(made), { requiredKeys: [...required] });
}

const known = fc.constantFrom(
  'zone1',
  'zone2',
  'id,asc',
  'name,desc',
  'RUNNING',
  'AVAILABLE',
  'OB_CLUSTER',
  'obtest',
  'el7',
  'x86_64',
  '12345678',
);

function textOf({ pattern, minLength = 0, maxLength = 64 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.oneof(fc.stringMatching(new RegExp(pattern)), known);
  return fc.oneof(
    known,
    fc.string({ minLength, maxLength: Math.min(maxLength, 64), unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
  );
}
