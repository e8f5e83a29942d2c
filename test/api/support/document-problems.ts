import { Ajv2020 } from 'ajv/dist/2020.js';
import type { OpenApiDocument, Operation } from './documented.ts';

/** What is wrong with a document by the rules of OpenAPI 3.1, as far as this API uses them; nothing when it is valid. */
export function documentProblems(document: OpenApiDocument): readonly string[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  const schemes = Object.keys(document.components.securitySchemes);
  const needed = [...document.security, ...operations.flatMap(({ operation }) => operation.security ?? [])].flatMap(
    (one) => Object.keys(one as object),
  );
  return [
    ...(/^3\.1\.\d+$/.test(document.openapi) ? [] : [`openapi is ${document.openapi}`]),
    ...['title', 'version']
      .filter((name) => typeof document.info[name] !== 'string')
      .map((name) => `info has no ${name}`),
    ...Object.keys(document.paths)
      .filter((path) => !path.startsWith('/'))
      .map((path) => `${path} begins with no slash`),
    ...(new Set(ids).size === ids.length && !ids.includes('') ? [] : ['operationIds are not each one of a kind']),
    ...needed.filter((name) => !schemes.includes(name)).map((name) => `there is no security scheme ${name}`),
    ...operations.flatMap(({ path, method, operation }) =>
      operationProblems(path, operation).map((problem) => `${method} ${path}: ${problem}`),
    ),
    ...schemaProblems(document),
  ];
}

function operationProblems(path: string, { parameters = [], requestBody, responses }: Operation): readonly string[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const declared = parameters.filter((one) => one.in === 'path');
  const statuses = Object.entries(responses);
  const contents = [
    ...(requestBody ? Object.entries(requestBody.content) : []),
    ...statuses.flatMap(([, { content = {} }]) => Object.entries(content)),
  ];
  return [
    ...inPath
      .filter((name) => !declared.some((one) => one.name === name))
      .map((name) => `{${String(name)}} is not declared`),
    ...declared
      .filter(({ name, required }) => !required || !inPath.includes(name))
      .map(({ name }) => `${name} is no required part of the path`),
    ...(statuses.length > 0 ? [] : ['has no responses']),
    ...statuses
      .filter(([status, { description }]) => !/^(?:default|[1-5]\d\d)$/.test(status) || typeof description !== 'string')
      .map(([status]) => `response ${status} is not described`),
    ...contents
      .filter(([type, { schema }]) => !/^[\w.+-]+\/[\w.+-]+$/.test(type) || typeof schema !== 'object')
      .map(([type]) => `${type} has no schema`),
  ];
}

/** Each reference has something at its end, each schema is one of JSON Schema 2020-12, each example is of its schema. */
function schemaProblems(document: OpenApiDocument): readonly string[] {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, 'document');
  return schemasOf(document, '#').flatMap(({ pointer, examples }) => {
    try {
      const validate = ajv.compile({ $ref: `document${pointer}` });
      return examples
        .filter((example) => !validate(example))
        .map((example) => `${pointer}: example ${JSON.stringify(example)} is not valid`);
    } catch (error) {
      return [`${pointer}: ${String(error)}`];
    }
  });
}

interface PlacedSchema {
  readonly pointer: string;
  readonly examples: readonly unknown[];
}

function schemasOf(value: unknown, pointer: string): readonly PlacedSchema[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, part]) =>
    schemasOf(part, `${pointer}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`),
  );
  if (!('schema' in value) || typeof value.schema !== 'object') return below;
  const examples =
    'examples' in value && typeof value.examples === 'object' && value.examples !== null
      ? Object.values(value.examples)
      : [];
  return [
    ...below,
    { pointer: `${pointer}/schema`, examples: examples.map((example) => (example as { value: unknown }).value) },
  ];
}
