import type { CommandTools } from '../command-tools.ts';
import { addOperationCommand } from '../operation-command.ts';

/** Adds `precede resume`. */
export function addResumeCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    examples: ['resume 1'],
    isCarried: 'if-left',
    act: () => (engine, runId, options) => engine.resume(runId, options),
  });
}
