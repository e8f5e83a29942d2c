import { addOperationCommand, type CommandTools } from '../operation-command.ts';

/** Adds `precede resume`. */
export function addResumeCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    name: 'resume',
    args: '<run>',
    summary: 'let a paused run go on',
    examples: ['resume 1'],
    isCarried: 'if-left',
    act: () => (engine, runId, options) => engine.resume(runId, options),
  });
}
