import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadProcess, type LoadJob, type LoadResult } from './load.ts';
import { ServerProcess, type ServerSettings } from './server-process.ts';

/** A server process over a store of its own and a process that sends it requests; servers may follow one another. */
export class Stage {
  readonly load = new LoadProcess();
  readonly #directory = mkdtempSync(join(tmpdir(), 'precede-load-'));
  readonly #settings: ServerSettings;
  #server: ServerProcess | undefined;

  private constructor(settings: Omit<ServerSettings, 'file'>) {
    this.#settings = { ...settings, file: join(this.#directory, 'store.db') };
  }

  static async open(settings: Partial<ServerSettings> = {}): Promise<Stage> {
    const stage = new Stage({ clusters: 1, spare: 0, bodyMs: { minMs: 10, maxMs: 50 }, ...settings });
    await stage.begin();
    return stage;
  }

  get server(): ServerProcess {
    if (!this.#server) throw new Error('No server has been started.');
    return this.#server;
  }

  get storeFile(): string {
    return this.#settings.file;
  }

  /** Starts a server, after the one before has ended. */
  async begin(changed: Partial<ServerSettings> = {}): Promise<ServerProcess> {
    this.#server = await ServerProcess.start({ ...this.#settings, ...changed });
    return this.#server;
  }

  send(job: Omit<LoadJob, 'port'>): Promise<LoadResult> {
    return this.load.send({ ...job, port: this.server.port });
  }

  /** The data of the answer to each request, in the order of answers; one connection keeps them in the order of requests. */
  async data(requests: readonly string[], connections = 1): Promise<readonly Data[]> {
    const { bodies } = await this.send({ requests, connections, keepsBodies: true });
    return bodies.map((body) => JSON.parse(body) as Data);
  }

  async close(): Promise<void> {
    this.load.stop();
    await this.#server?.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** An envelope, as far as these tests read it. */
export interface Data {
  readonly status: number;
  readonly error?: { readonly code: string | number };
  readonly data?: {
    readonly id: number;
    readonly status: string;
    readonly subtasks?: readonly unknown[];
    readonly page?: { readonly totalElements: number };
  };
}
