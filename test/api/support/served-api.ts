import type { FastifyInstance } from 'fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { addUser, hashPassword } from '../../../src/access/index.ts';
import { createLogger } from '../../../src/observe/index.ts';
import { createEngine, type Engine } from '../../../src/run/index.ts';
import { createServer, type ServerOptions } from '../../../src/server/index.ts';
import { sqliteStore, type Store } from '../../../src/store/index.ts';
import { fillInventory } from '../../server/support/inventory-world.ts';
import { basic } from '../../server/support/open-api.ts';
import { standInFlow, type StandInFlow } from '../../server/support/stand-in-flow.ts';

/** A server that listens, over a SQLite store in a directory of its own. */
export interface ServedApi {
  readonly app: FastifyInstance;
  readonly engine: Engine;
  readonly store: Store;
  readonly storeFile: string;
  readonly keyFile: string;
  readonly flow: StandInFlow;
  readonly port: number;
  /** The header of admin's Basic login. */
  readonly admin: string;
  /** Every line that was logged at `debug` and above. */
  readonly log: readonly string[];
  /** Adds somebody whose password is `password`. @returns the header of the login */
  readonly addUser: (name: string, roles: readonly string[]) => Promise<string>;
  readonly close: () => Promise<void>;
}

export const password = 'correct horse battery';

/** A guess costs nearly nothing here. */
const cheap = Object.freeze({ logN: 4, r: 1, p: 1 });

export interface ServedApiOptions {
  readonly server?: Partial<ServerOptions>;
  readonly flow?: StandInFlow;
  readonly hosts?: number;
  /** Given the app before it listens. */
  readonly prepare?: (app: FastifyInstance) => void;
}

/** Serves the inventory of the server's tests on a free port of 127.0.0.1. */
export async function serveApi(options: ServedApiOptions = {}): Promise<ServedApi> {
  const { flow = standInFlow(), hosts = 8, prepare } = options;
  const directory = mkdtempSync(join(tmpdir(), 'precede-served-'));
  const [storeFile, keyFile] = [join(directory, 'store.db'), join(directory, 'sealing.key')];
  const store = sqliteStore(storeFile);
  const passwordHash = await hashPassword(password, cheap);
  const log: string[] = [];
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      log.push(line.toString());
      done();
    },
  });
  const { logger } = createLogger({ level: 'debug', destination });
  const add = async (name: string, roles: readonly string[]): Promise<string> => {
    await store.transact((tables) => addUser(tables, { name, roles, passwordHash, nowMs: 0 }));
    return basic(name, password);
  };
  await fillInventory(store, { hosts });
  const admin = await add('admin', ['ADMIN']);
  const engine = createEngine({ store, logger, workflows: [flow.workflow] });
  const app = await createServer({
    engine,
    store,
    keyFile,
    logger,
    workflows: { addObServer: flow.workflow },
    requestLimit: { max: Infinity, windowMs: 1_000 },
    ...options.server,
  });
  prepare?.(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    await app.close();
    await engine.close({ drainMs: 0 });
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { app, engine, store, storeFile, keyFile, flow, port, admin, log, addUser: add, close };
}
