import type { FastifyInstance, InjectOptions } from 'fastify';
import { addUser, hashPassword } from '../../../src/access/index.ts';
import type { JsonObject } from '../../../src/json/index.ts';
import { createEngine, type Engine, type EngineOptions } from '../../../src/run/index.ts';
import { createServer, type ServerOptions } from '../../../src/server/index.ts';
import { memoryStore, type Store } from '../../../src/store/index.ts';
import { fillInventory } from './inventory-world.ts';
import { standInFlow, type StandInFlow } from './stand-in-flow.ts';

/** What an answer held. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The whole envelope. */
  readonly body: JsonObject & { readonly error?: { readonly code: string | number; readonly message: string } };
  readonly data: JsonObject;
}

/** A server over a memory store with hosts that can be added, and who may ask it. */
export interface OpenApi {
  readonly app: FastifyInstance;
  readonly engine: Engine;
  readonly store: Store;
  readonly flow: StandInFlow;
  readonly get: (url: string, as?: string) => Promise<Answered>;
  readonly post: (
    url: string,
    body?: unknown,
    options?: { as?: string; headers?: Record<string, string> },
  ) => Promise<Answered>;
  readonly addUser: (name: string, roles: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface OpenApiOptions {
  readonly store?: Store;
  readonly server?: Partial<ServerOptions>;
  readonly engine?: EngineOptions;
  readonly flow?: StandInFlow;
}

const adminPassword = 'correct horse battery';

/** A guess costs nearly nothing here. */
const cheap = Object.freeze({ logN: 4, r: 1, p: 1 });

/** Opens it in memory: requests are injected, nothing listens. */
export async function openApi(options: OpenApiOptions = {}): Promise<OpenApi> {
  const { store = memoryStore(), flow = standInFlow() } = options;
  const isNew = await store.transact(async (tables) => (await tables.list('clusters')).length === 0);
  const passwordHash = await hashPassword(adminPassword, cheap);
  if (isNew) {
    await fillInventory(store);
    await store.transact((tables) => addUser(tables, { name: 'admin', roles: ['ADMIN'], passwordHash, nowMs: 0 }));
  }
  const engine = createEngine({ store, workflows: [flow.workflow], ...options.engine });
  const app = await createServer({
    engine,
    store,
    workflows: { addObServer: flow.workflow },
    requestLimit: { max: Infinity, windowMs: 1_000 },
    ...options.server,
  });
  const send = async (request: InjectOptions, as = 'admin'): Promise<Answered> => {
    const authorization = basic(as, adminPassword);
    const answer = await app.inject({ ...request, headers: { authorization, ...request.headers } });
    const isJson = String(answer.headers['content-type']).startsWith('application/json');
    const body = isJson ? answer.json<Answered['body']>() : {};
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body,
      data: (body['data'] ?? {}) as JsonObject,
    };
  };
  return {
    app,
    engine,
    store,
    flow,
    get: (url, as) => send({ method: 'GET', url }, as),
    post: (url, body, { as, headers = {} } = {}) =>
      send({ method: 'POST', url, headers, ...(body === undefined ? {} : { payload: body as object }) }, as),
    addUser: async (name, roles) => {
      await store.transact((tables) => addUser(tables, { name, roles, passwordHash, nowMs: 0 }));
    },
    close: async () => {
      await app.close();
      await engine.close({ drainMs: 0 });
      await store.close();
    },
  };
}

/** The header of a Basic login. */
export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}
