import { endOf, spawnPrecede, type Ended } from '../../e2e/support/precede.ts';
import type { ChildProcess } from 'node:child_process';

/** `precede serve` as a process of its own. */
export interface ServeProcess {
  readonly child: ChildProcess;
  readonly port: number;
  /** Asks it to end and waits for that. */
  readonly stop: () => Promise<Ended>;
}

/** Starts it on a free port; it has told where it listens by then. @throws Error with what it printed when it ends instead */
export async function serveProcess(args: readonly string[], cwd: string): Promise<ServeProcess> {
  const child = spawnPrecede(['serve', '--port', '0', '--format', 'json', ...args], { cwd });
  const ended = endOf(child);
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let told = '';
  child.stdout?.on('data', (text: string) => {
    told += text;
    if (told.includes('\n')) resolve(told);
  });
  void ended.then(() => resolve(undefined));
  const line = await promise;
  if (line === undefined) throw new Error(`precede serve has ended: ${(await ended).stderr}`);
  const { url } = JSON.parse(line) as { url: string };
  const stop = async (): Promise<Ended> => {
    child.kill('SIGTERM');
    return await ended;
  };
  return { child, port: Number(new URL(url).port), stop };
}
