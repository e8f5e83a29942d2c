import { addOperationCommand, type CommandTools } from '../operation-command.ts';

/** Adds `precede cancel`. */
export function addCancelCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    name: 'cancel',
    args: '<run> [task]',
    summary: 'cancel a run, or one running task',
    examples: ['cancel 1', 'cancel 1 8'],
    isCarried: 'if-left',
    act: (task) => (engine, runId, options) => engine.cancel(runId, task, options),
  });
}
