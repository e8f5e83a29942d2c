import type { CommandTools } from '../command-tools.ts';
import { addOperationCommand } from '../operation-command.ts';

/** Adds `precede retry`. */
export function addRetryCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    examples: ['retry 1 --dry-run', 'retry 1 --sandbox-dir ./sandbox', 'retry 1 "host:2/Install rpm"'],
    isCarried: 'always',
    act: (task) => (engine, runId, options) => engine.retry(runId, task, options),
  });
}
