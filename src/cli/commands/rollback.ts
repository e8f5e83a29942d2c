import { addOperationCommand, type CommandTools } from '../operation-command.ts';
import type { OperateFlags } from '../operate.ts';

interface RollbackFlags extends OperateFlags {
  readonly pastNoReturn?: true;
}

/** Adds `precede rollback`. Its exit code is 1, since a run that was rolled back has not ended SUCCESS. */
export function addRollbackCommand(tools: CommandTools): void {
  addOperationCommand<RollbackFlags>(tools, {
    name: 'rollback',
    args: '<run>',
    summary: 'undo everything of an ended run, in reverse order',
    examples: ['rollback 1 --dry-run', 'rollback 1 --sandbox-dir ./sandbox'],
    isCarried: true,
    flags: (command) =>
      void command.option('--past-no-return', 'although some tasks cannot be undone, which are left as they are'),
    act:
      (_task, { pastNoReturn = false }) =>
      (engine, runId, options) =>
        engine.rollback(runId, { ...options, pastNoReturn }),
  });
}
