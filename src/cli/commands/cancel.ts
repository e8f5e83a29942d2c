import type { CommandTools } from '../command-tools.ts';
import { addOperationCommand } from '../operation-command.ts';

/** Adds `precede cancel`. */
export function addCancelCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    examples: ['cancel 1', 'cancel 1 8'],
    isCarried: 'if-left',
    act: (task) => (engine, runId, options) => engine.cancel(runId, task, options),
  });
}
