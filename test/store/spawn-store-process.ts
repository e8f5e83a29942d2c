import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./store-process.ts', import.meta.url));

/** A started store process: its lines as they come, and all of them when it has ended. */
export interface StoreProcess {
  readonly child: ChildProcess;
  readonly lines: AsyncIterable<string>;
  /** Resolves with every line once the process has ended. */
  readonly ended: Promise<readonly string[]>;
}

/** Starts a process that uses a store file in the given role. `fileBlocks` limits its files to so many blocks of 512 bytes. */
export function spawnStoreProcess(args: readonly string[], fileBlocks?: number): StoreProcess {
  const command = [process.execPath, program, ...args];
  const limited = ['sh', '-c', `trap '' XFSZ; ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command];
  const [executable = '', ...rest] = fileBlocks === undefined ? command : limited;
  const child = spawn(executable, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const reader = createInterface({ input: child.stdout });
  const told: string[] = [];
  reader.on('line', (line) => told.push(line));
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(() => told);
  return { child, lines: reader, ended };
}
