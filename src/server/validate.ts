import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler, FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

const problemsMax = 10;

/**
 * Checks requests by their routes' schemas: what is not declared is refused, never removed. Bodies are taken as they are;
 * what stands in a URL is text, so numbers are read from it.
 */
export function validateRequests(app: FastifyInstance): void {
  const common = { allErrors: true, strict: true, allowUnionTypes: true, useDefaults: true } as const;
  const asTheyAre = new Ajv(common);
  const fromText = new Ajv({ ...common, coerceTypes: true });
  const compiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
    (httpPart === 'body' ? asTheyAre : fromText).compile(schema);
  app.setValidatorCompiler(compiler);
  app.setSchemaErrorFormatter((errors, part) => {
    const problems = (errors as ErrorObject[]).slice(0, problemsMax).map((error) => problemText(error, part));
    const left = errors.length - problems.length;
    const more = left > 0 ? [`and ${left} more`] : [];
    return new ApiError({ ocpCode: 'COM10001', message: `${[...problems, ...more].join('; ')}.` });
  });
}

function problemText({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject, part: string): string {
  const place = placeText(instancePath, part);
  const facts = params as Readonly<Record<string, unknown>>;
  if (keyword === 'additionalProperties')
    return `${place} has no field "${String(facts['additionalProperty']).slice(0, 64)}"`;
  if (keyword === 'enum') return `${place} must be one of ${(facts['allowedValues'] as unknown[]).join(', ')}`;
  return `${place} ${message}`;
}

/** `/servers/0` of the body as `servers[0]`. */
function placeText(path: string, part: string): string {
  const names = path.split('/').slice(1);
  const text = names.reduce(
    (all, name) => (/^\d+$/.test(name) ? `${all}[${name}]` : all === '' ? name : `${all}.${name}`),
    '',
  );
  const parts: Readonly<Record<string, string>> = {
    querystring: 'the query',
    params: 'the path',
    headers: 'the headers',
  };
  return text === '' ? (parts[part] ?? `the ${part}`) : text.slice(0, 128);
}
