import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Answers } from './answers.ts';
import { mayOf } from './authorize.ts';
import { envelopeOf, errorEnvelope } from './envelope.ts';
import { errorCase, type ErrorCase } from './error-cases.ts';
import type { Call, Route } from './route.ts';
import { withinPatience } from './unwritable-store.ts';

/** What every route may answer with, besides its own errors. */
const common = {
  throttled: { status: 429, ocpCode: 0, name: 'too many requests', message: 'Too many requests.' },
  unavailable: { status: 503, ocpCode: 'COM10999', name: 'not now', message: 'The server is starting.' },
  unexpected: errorCase('COM10999', 'unexpected', 'Something unexpected failed.'),
  notLoggedIn: errorCase(
    'IAM10000',
    'not logged in',
    'Nobody is logged in. Send Authorization: Basic, or OCP’s signature.',
  ),
  badCredentials: errorCase(
    'IAM10004',
    'bad credentials',
    'The user or the password, or the access key or the signature, is wrong.',
  ),
  foreign: errorCase('COM10009', 'other host or origin', 'This server is not called that.'),
  forbidden: errorCase('COM10009', 'not permitted', 'This needs the permission CLUSTER:…:UPDATE.'),
  badParameter: errorCase('COM10001', 'bad parameter', 'the query has no field "colour".'),
  badJson: errorCase('COM10003', 'bad JSON', 'The body is not valid JSON.'),
  tooLarge: { status: 413, ocpCode: 'COM10003', name: 'too large', message: 'Request body is too large' },
  notJson: { status: 415, ocpCode: 'COM10003', name: 'not JSON', message: 'Unsupported Media Type' },
} as const satisfies Readonly<Record<string, ErrorCase>>;

/** Makes each declared route one of the app's. */
export function registerRoutes(app: FastifyInstance, routes: readonly Route[], answers: Answers): void {
  for (const declared of routes) {
    app.route({
      method: declared.method,
      url: declared.url,
      config: { access: declared.access },
      schema: schemaOf(declared),
      handler: async (request, reply) => {
        if (!declared.body) requireNoBody(request);
        const work = declared.handle(callOf(request));
        return answers.send(request, reply, await (declared.method === 'POST' ? withinPatience(work) : work));
      },
    });
  }
}

/** Everything that a route may answer with that is an error, its own cases first. */
function errorCasesOf({ access, method, errors = [] }: Route): readonly ErrorCase[] {
  const isPublic = access === 'public';
  return [
    ...errors,
    // A query that is not declared is refused everywhere.
    common.badParameter,
    ...(method === 'POST' ? [common.badJson, common.tooLarge, common.notJson] : []),
    ...(isPublic ? [] : [common.notLoggedIn, common.badCredentials]),
    ...(typeof access === 'string' ? [] : [common.forbidden]),
    ...[common.foreign, common.throttled, common.unexpected, common.unavailable],
  ];
}

function schemaOf(declared: Route): FastifySchema {
  const { operationId, summary, description, tag, access, params, query, headers, body, data, bare } = declared;
  const success = bare
    ? { description: 'Outside of the envelope.', content: { [mediaOf(bare.contentType)]: { schema: bare.schema } } }
    : { description: 'Done.', content: { 'application/json': { schema: envelopeOf(data) } } };
  return {
    operationId,
    summary,
    tags: [tag],
    ...(description === undefined ? {} : { description }),
    ...(access === 'public' ? { security: [] } : {}),
    ...(params ? { params } : {}),
    // A query that is not declared is none.
    querystring: query ?? { type: 'object', properties: {}, additionalProperties: false },
    ...(body ? { body } : {}),
    ...(headers ? { headers } : {}),
    response: { 200: success, ...errorResponses(errorCasesOf(declared)) },
  };
}

function errorResponses(cases: readonly ErrorCase[]): Readonly<Record<number, unknown>> {
  const byStatus = Map.groupBy(cases, ({ status }) => status);
  return Object.fromEntries(
    Array.from(byStatus, ([status, listed]) => [
      status,
      {
        description: [...new Set(listed.map(({ name }) => name))].join('; '),
        content: { 'application/json': { schema: errorEnvelope, examples: examplesOf(listed) } },
      },
    ]),
  );
}

function examplesOf(cases: readonly ErrorCase[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    cases.map(({ ocpCode, name, message, status }) => [
      `${ocpCode} ${name}`,
      {
        value: {
          duration: status === 429 ? 0 : 3,
          error: { code: ocpCode, message },
          server: 'ocp-1',
          status,
          successful: false,
          timestamp: '2021-03-02T11:06:34.345+08:00',
          traceId: status === 429 ? '' : 'a71be72a2a4a1f4c',
        },
      },
    ]),
  );
}

function mediaOf(contentType: string): string {
  return contentType.split(';')[0] ?? contentType;
}

function callOf(request: FastifyRequest): Call<never, never, never> {
  const key = request.headers['idempotency-key'];
  return {
    params: request.params as never,
    query: request.query as never,
    body: request.body as never,
    idempotencyKey: typeof key === 'string' ? key : undefined,
    user: request.user ?? nobody,
    traceId: request.id,
    may: mayOf(request.user ?? nobody),
  };
}

const nobody = Object.freeze({ id: 0, name: '', roles: [], passwordHash: '', createTimeMs: 0, updateTimeMs: 0 });

/** Clients send `{}` or nothing where there is nothing to say. */
function requireNoBody({ body }: FastifyRequest): void {
  const isEmpty =
    body === undefined ||
    (typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0);
  if (!isEmpty) throw new ApiError({ ocpCode: 'COM10001', message: 'This operation takes no body.' });
}
