import type { Command } from 'commander';
import type { Terminal } from '../output.ts';
import { packageVersion } from '../package-root.ts';

/** Adds `precede version`. */
export function addVersionCommand(program: Command, terminal: Terminal): void {
  program
    .command('version')
    .summary('print the version')
    .action(() => terminal.out.lines([packageVersion()]));
}
