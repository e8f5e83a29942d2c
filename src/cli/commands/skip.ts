import { addOperationCommand, type CommandTools } from '../operation-command.ts';

/** Adds `precede skip`. */
export function addSkipCommand(tools: CommandTools): void {
  addOperationCommand(tools, {
    name: 'skip',
    args: '<run> <task>',
    summary: 'go on without a failed task',
    examples: ['skip 1 8 --dry-run', 'skip 1 8 --sandbox-dir ./sandbox'],
    isCarried: 'always',
    act:
      (task = '') =>
      (engine, runId, options) =>
        engine.skip(runId, task, options),
  });
}
