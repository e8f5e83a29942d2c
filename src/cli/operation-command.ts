import type { Command } from 'commander';
import type { CommandTools } from './command-tools.ts';
import type { RunState } from '../state/index.ts';
import { operate, withCarryFlags, withOperateFlags, type OperateFlags, type Operation } from './operate.ts';

/** How an operator action looks on the command line. */
export interface OperationCommand<Flags extends OperateFlags> {
  readonly examples: readonly string[];
  /** Whether the run goes on after it in this process: an ended one does, or one that its process has left. */
  readonly isCarried: 'always' | 'if-left';
  /** The end of the run that it asks for. @default 'SUCCESS' */
  readonly aim?: RunState;
  readonly flags?: (command: Command) => void;
  readonly act: (task: string | undefined, flags: Flags) => Operation['act'];
}

const carried = {
  always:
    ' When the run has ended, or its process has, it goes on in this process, which shows it until it ends; else the ' +
    'process that has it does what is asked.',
  'if-left':
    ' The process that has the run does what is asked. When that has ended, this one takes the run up and shows it until ' +
    'it ends.',
} as const;

/** Makes a command that of an operator action. */
export function addOperationCommand<Flags extends OperateFlags>(
  { command, terminal, setExitCode }: CommandTools,
  declared: OperationCommand<Flags>,
): void {
  const { examples, isCarried, act } = declared;
  const name = command.name();
  const summary = command.summary();
  const upper = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  const tasks = command.registeredArguments.some((argument) => argument.name() === 'task')
    ? ' A task is given by its key or its number.'
    : '';
  command.description(`${upper}${tasks}${carried[isCarried]}`);
  declared.flags?.(command);
  withOperateFlags(command);
  withCarryFlags(command);
  command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  precede ${line}`).join('\n')}`);
  command.action(async (...given: unknown[]) => {
    // Commander passes the arguments, then the flags, then the command itself.
    const [run, task, flags] = (given.length === 3 ? [given[0], undefined, given[1]] : given) as [
      string,
      string | undefined,
      Flags,
    ];
    setExitCode(await operate({ name, run, flags, terminal, aim: declared.aim, act: act(task, flags) }));
  });
}
