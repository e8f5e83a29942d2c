import { Option } from 'commander';
import type { Resolution } from '../../run/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { parseJson } from '../json-input.ts';
import { addOperationCommand } from '../operation-command.ts';
import type { OperateFlags } from '../operate.ts';

interface ResolveFlags extends OperateFlags {
  readonly as: 'success' | 'failed';
  readonly output?: string;
  readonly reason?: string;
}

/** Adds `precede resolve`. */
export function addResolveCommand(tools: CommandTools): void {
  addOperationCommand<ResolveFlags>(tools, {
    examples: ["resolve 1 8 --as success --output '{}'", 'resolve 1 8 --as failed --reason "nothing is installed"'],
    isCarried: 'if-left',
    flags: (command) =>
      void command
        .addOption(new Option('--as <end>', 'how it ended').choices(['success', 'failed']).makeOptionMandatory())
        .option('--output <json>', 'what it would have returned')
        .option('--reason <text>', 'why it counts as failed'),
    act:
      (task = '', flags) =>
      (engine, runId, options) =>
        engine.resolve(runId, task, resolutionOf(flags), options),
  });
}

function resolutionOf({ as, output, reason }: ResolveFlags): Resolution {
  if (as === 'failed') return reason === undefined ? { as } : { as, reason };
  return output === undefined ? { as } : { as, output: parseJson(output, '--output') };
}
