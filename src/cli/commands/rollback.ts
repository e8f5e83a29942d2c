import type { CommandTools } from '../command-tools.ts';
import { collected } from '../common-flags.ts';
import { addOperationCommand } from '../operation-command.ts';
import type { OperateFlags } from '../operate.ts';

interface RollbackFlags extends OperateFlags {
  readonly pastNoReturn?: true;
  readonly without?: readonly string[];
}

const withoutText = 'leave as they are the tasks of a limit, such as a host that is gone, or one by key; repeatable';

/** Adds `precede rollback`. Its exit code is 0 when the run is ROLLED_BACK: that is what was asked for. */
export function addRollbackCommand(tools: CommandTools): void {
  addOperationCommand<RollbackFlags>(tools, {
    examples: ['rollback 1 --dry-run', 'rollback 1 --sandbox-dir ./sandbox', 'rollback 1 --without host:2'],
    isCarried: 'always',
    aim: 'ROLLED_BACK',
    flags: (command) =>
      void command
        .option('--past-no-return', 'although some tasks cannot be undone, which are left as they are')
        .option('--without <name>', withoutText, collected),
    act:
      (_task, { pastNoReturn = false, without = [] }) =>
      (engine, runId, options) =>
        engine.rollback(runId, { ...options, pastNoReturn, without }),
  });
}
