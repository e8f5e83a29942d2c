import type { CommandTools } from '../command-tools.ts';
import { addOperationCommand } from '../operation-command.ts';

/** Adds `precede skip`. */
export function addSkipCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    examples: ['skip 1 8 --dry-run', 'skip 1 8 --sandbox-dir ./sandbox'],
    isCarried: 'always',
    act:
      (task = '') =>
      (engine, runId, options) =>
        engine.skip(runId, task, options),
  });
}
