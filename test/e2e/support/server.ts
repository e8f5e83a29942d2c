import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';
import { spawnPrecede } from './precede.ts';

/** A server that is a process of its own. */
export interface Server {
  readonly url: string;
  /** What it said once it was listening. */
  readonly notice: Readonly<Record<string, string>>;
  readonly child: ChildProcess;
  /** What it has logged until now. */
  readonly log: () => string;
  /** Asks as `admin`, or as whoever the options name. */
  readonly ask: (path: string, options?: AskOptions) => Promise<ServerAnswer>;
  /** Asks it to end. @returns its exit code, and how long it took in milliseconds */
  readonly stop: (signal?: NodeJS.Signals) => Promise<{ readonly code: number | null; readonly elapsedMs: number }>;
}

export interface AskOptions {
  readonly body?: unknown;
  readonly method?: 'GET' | 'POST';
  readonly user?: string;
  readonly password?: string;
}

export interface ServerAnswer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  readonly error: { readonly code: string | number; readonly message: string } | undefined;
}

const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts `precede serve` with these arguments on a free port, and waits until it says where. */
export async function startServer(
  cwd: string,
  args: readonly string[],
  { password: given }: { readonly password?: string } = {},
): Promise<Server> {
  const child = spawnPrecede(['serve', '--port', '0', '--format', 'json', ...args], { cwd });
  children.push(child);
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  const notice = await firstLine(child, () => log);
  const url = notice['url'] ?? '';
  const login = { user: 'admin', password: given ?? notice['adminPassword'] ?? '' };
  return {
    url,
    notice,
    child,
    log: () => log,
    ask: async (path, options = {}) => {
      const { body, method = body === undefined ? 'GET' : 'POST', user, password } = { ...login, ...options };
      const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      const json = body === undefined ? {} : { body: JSON.stringify(body) };
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(`${url}${path}`, { method, headers, ...json });
      const envelope = (await answer.json()) as {
        data?: ServerAnswer['data'];
        error?: ServerAnswer['error'];
        traceId: string;
      };
      return { status: answer.status, data: envelope.data ?? {}, error: envelope.error, traceId: envelope.traceId };
    },
    stop: async (signal = 'SIGTERM') => {
      const startedMs = performance.now();
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = (await ended) as [number | null];
      return { code, elapsedMs: performance.now() - startedMs };
    },
  };
}

async function firstLine(child: ChildProcess, log: () => string): Promise<Record<string, string>> {
  if (!child.stdout) throw new Error('The server has no output.');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Record<string, string>;
  throw new Error(`The server ended without a word:\n${log()}`);
}
