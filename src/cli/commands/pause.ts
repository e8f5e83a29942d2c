import type { CommandTools } from '../command-tools.ts';
import { addOperationCommand } from '../operation-command.ts';

/** Adds `precede pause`. */
export function addPauseCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    examples: ['pause 1'],
    isCarried: 'if-left',
    act: () => (engine, runId, options) => engine.pause(runId, options),
  });
}
