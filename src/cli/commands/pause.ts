import { addOperationCommand, type CommandTools } from '../operation-command.ts';

/** Adds `precede pause`. */
export function addPauseCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    name: 'pause',
    args: '<run>',
    summary: 'start nothing more of a run until it is resumed',
    examples: ['pause 1'],
    isCarried: 'if-left',
    act: () => (engine, runId, options) => engine.pause(runId, options),
  });
}
