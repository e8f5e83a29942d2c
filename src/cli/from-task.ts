import { Option, type Command } from 'commander';
import { RefusedError } from '../errors/index.ts';
import { fromTaskAnswer, planOfSnapshot, type SnapshotPlan, type TaskAnswer } from '../ocp/index.ts';
import { readJson } from './json-input.ts';

/** A task of an answer that was read from a file, with a plan to look at it by. */
export interface AnsweredPlan extends SnapshotPlan {
  readonly answer: TaskAnswer;
  /** The file, or `standard input`. */
  readonly source: string;
  /** False when the answer tells no edges: then nothing is known of what comes before what. */
  readonly isOrdered: boolean;
}

/**
 * Adds the flag that names the file of an answer. It goes with no flag that the command has by now (hosts, inputs and
 * stores are not for answers), but with those that are added later.
 */
export function withFromTask(command: Command): Command {
  const others = command.options.map((option) => option.attributeName());
  const flag = new Option(
    '--from-task <file>',
    'instead: the task in this answer of OCP (JSON); - reads standard input',
  );
  return command.addOption(flag.conflicts(others));
}

/** What a command is to look at. */
export type Subject =
  { readonly kind: 'named'; readonly given: string } | { readonly kind: 'answer'; readonly file: string };

/** What the command line names: its argument or an answer, exactly one. Anything else is a mistake in its use. */
export function subjectOf(command: Command, given: string | undefined, file: string | undefined): Subject {
  if (file === undefined) return given === undefined ? noArgument(command) : { kind: 'named', given };
  if (given === undefined) return { kind: 'answer', file };
  const message = `error: option '--from-task <file>' cannot be used with the argument '${given}'`;
  return command.error(message, { code: 'commander.conflictingOption' });
}

/** As commander itself says it of an argument that is always required. */
function noArgument(command: Command): never {
  const [argument] = command.registeredArguments;
  const message = `error: missing required argument '${argument?.name() ?? ''}'`;
  return command.error(message, { code: 'commander.missingArgument' });
}

/**
 * Reads the tasks of an answer from a file, or from standard input when the file is `-`.
 *
 * @throws RefusedError `INPUT_UNREADABLE`, `INVALID_JSON`, or `INVALID_TASK_INFO` with every problem and its path
 */
export function readTaskAnswers(file: string): readonly AnsweredPlan[] {
  const source = file === '-' ? 'standard input' : file;
  return answersIn(readJson(file), source).map((answer) => {
    const isOrdered = answer.shape !== 'BasicTaskInstance';
    const { plan, tasks } = planOfSnapshot(answer.snapshot);
    return { answer, source, plan, tasks, isOrdered };
  });
}

function answersIn(json: unknown, source: string): readonly TaskAnswer[] {
  try {
    return fromTaskAnswer(json);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const { problems } = error as RefusedError;
    throw new RefusedError('INVALID_TASK_INFO', `${source} is not a documented answer with a task`, problems);
  }
}
