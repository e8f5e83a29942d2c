import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { serializeError } from '../errors/index.ts';
import { silentLogger, systemClock, type Logger } from '../run/index.ts';
import { Answers } from './answers.ts';
import { unavailable } from './api-error.ts';
import { authenticateRequests, isPublic } from './authenticate.ts';
import { authorizeRequests } from './authorize.ts';
import { answerClientError, answerExpectations } from './client-errors.ts';
import { documentApi } from './document-api.ts';
import { errorAnswer } from './error-answer.ts';
import { guardRequests } from './guard-requests.ts';
import { readJsonBodies } from './json-body.ts';
import { limitRequests } from './limit-requests.ts';
import { limits } from './limits.ts';
import { logRequests } from './log-requests.ts';
import { packageVersion } from './package-version.ts';
import { registerRoutes } from './register-routes.ts';
import { allRoutes } from './routes/index.ts';
import { sealingKeyOf } from './sealing-key.ts';
import { secureAnswers, secureHeaders } from './secure-headers.ts';
import type { RequestLimit, ServerOptions } from './server-options.ts';
import { endSlowConnections } from './slow-connections.ts';
import { answerUnknownRoutes } from './unknown-routes.ts';
import { refuseUnwritable } from './unwritable-store.ts';
import { validateRequests } from './validate.ts';

const requestLimitDefault: RequestLimit = Object.freeze({ max: 1_000, windowMs: 10_000 });

/**
 * The documented API over an engine and its store, as a Fastify app that does not listen yet: `await app.listen({ port })`,
 * `await app.close()`. Closing it ends no run; that is the engine's. Every answer is in the documented envelope.
 *
 * @throws RefusedError when the key file cannot be used
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { clock = systemClock, logger = silentLogger, serverName = hostname(), store } = options;
  const answers = new Answers({ clock, server: serverName });
  const sealingKey = await sealingKeyOf(options.keyFile, store);
  const version = packageVersion();
  const app = newApp(options, answers);
  answerErrors(app, { answers, logger, isTls: options.tls !== undefined });
  logRequests(app, { logger });
  endSlowConnections(app, { isTls: options.tls !== undefined });
  secureAnswers(app, { isTls: options.tls !== undefined });
  await limitRequests(app, options.requestLimit ?? requestLimitDefault);
  guardRequests(app, { allowedHosts: options.allowedHosts ?? [] });
  readJsonBodies(app);
  validateRequests(app);
  refuseUntilReady(app, options);
  authenticateRequests(app, { store, clock, sealingKey });
  authorizeRequests(app);
  refuseUnwritable(app, options.engine);
  await documentApi(app, { version });
  const routes = allRoutes({ ...options, clock, serverName, version });
  // In a plugin of their own: what documents them has been registered by then.
  await app.register(async (api) => {
    registerRoutes(api, routes, answers);
  });
  answerUnknownRoutes(app, routes);
  answerExpectations(app, answers);
  return app;
}

const tlsLimits = Object.freeze({ minVersion: 'TLSv1.2', handshakeTimeout: limits.headersTimeoutMs } as const);

function newApp({ tls }: ServerOptions, answers: Answers): FastifyInstance {
  const http = {
    // Node refuses headers that are as large as this.
    maxHeaderSize: limits.headerBytesMax + 1,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    // One that is missing is refused like one that is wrong.
    requireHostHeader: false,
  };
  const app = fastify({
    ...(tls ? { https: { ...http, ...tls, ...tlsLimits } } : { http }),
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    genReqId: newTraceId,
    requestIdHeader: false,
    // The length of a parameter is for its route's schema to say.
    routerOptions: { maxParamLength: limits.urlLengthMax },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler(error, socket) {
      answerClientError(answers, error, socket);
    },
    frameworkErrors(error, request, reply) {
      beginUnseen(request, reply, { isTls: tls !== undefined });
      answers.sendError(request, reply, errorAnswer(error));
    },
  }) as unknown as FastifyInstance;
  app.server.maxConnections = limits.connectionsMax;
  app.setSerializerCompiler(() => (payload) => JSON.stringify(payload));
  return app;
}

/** Sixteen random hexadecimal digits: those of a UUID that hold neither its version nor its variant. */
function newTraceId(): string {
  const id = randomUUID();
  return id.slice(0, 8) + id.slice(28);
}

/** A URL that cannot be decoded or a method that nobody knows: the framework refuses it before any hook has seen it. */
function beginUnseen(request: FastifyRequest, reply: FastifyReply, protocol: { readonly isTls: boolean }): void {
  request.receivedAtMs = performance.now();
  reply.headers(secureHeaders(protocol));
}

interface ErrorParts {
  readonly answers: Answers;
  readonly logger: Logger;
  readonly isTls: boolean;
}

/** Everything that a hook or a handler throws becomes an answer; what nobody could expect is told to the log alone. */
function answerErrors(app: FastifyInstance, { answers, logger, isTls }: ErrorParts): void {
  app.decorateRequest('receivedAtMs', 0);
  // Hooks that wait for nothing take a callback: a promise for each of them at every request costs more than what they do.
  app.addHook('onRequest', (request, _reply, done) => {
    request.receivedAtMs = performance.now();
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    if (!Number.isFinite(request.receivedAtMs)) beginUnseen(request, reply, { isTls });
    const answer = errorAnswer(error);
    if (answer.isUnexpected) {
      const stack = error instanceof Error ? error.stack : undefined;
      logger.error({ traceId: request.id, error: serializeError(error), stack }, 'a request failed');
    }
    return answers.sendError(request, reply, answer);
  });
}

/** Until everything is up, and once the server is to stop, only the probes are answered. */
function refuseUntilReady(app: FastifyInstance, { notReadyBecause }: ServerOptions): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const reason = isPublic(request) ? undefined : notReadyBecause?.();
    if (reason === undefined) done();
    else done(unavailable(reason));
  });
}
