import { CommanderError } from 'commander';
import { inspect } from 'node:util';
import { PrecedeError, RefusedError, type Problem } from '../errors/index.ts';
import { cleanLines } from '../text/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { Output } from './output.ts';

/**
 * Says on `err` what went wrong, with what, and what to do next, and answers the exit code: 2 when nothing was started,
 * 1 otherwise. The stack is shown only with `debug`.
 */
export function complain(thrown: unknown, err: Output, { isDebug }: { isDebug: boolean }): number {
  if (thrown instanceof CommanderError) return complainOfUsage(thrown, err);
  const lines = linesOf(thrown);
  err.lines(lines.flatMap(({ head, text }) => indented(err.paint(head === 'next' ? 'quiet' : 'bad', head), text)));
  if (isDebug) err.write(`${inspect(thrown, { depth: 6 })}\n`);
  return thrown instanceof RefusedError ? exitCodes.refused : exitCodes.failed;
}

interface ComplaintLine {
  readonly head: string;
  readonly text: string;
}

function linesOf(thrown: unknown): readonly ComplaintLine[] {
  if (thrown instanceof RefusedError) return refusalLines(thrown as RefusedError);
  if (thrown instanceof PrecedeError) return problemLines(thrown as PrecedeError);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return problemLines({
    code: 'UNEXPECTED',
    message,
    next: 'This is a fault in the program. Run it again with --debug, or with PRECEDE_DEBUG=1, to see the stack.',
  });
}

/** One problem is told with its subject; of several each has its own line, after one that says what they are about. */
function refusalLines({ code, message, next, problems }: RefusedError): readonly ComplaintLine[] {
  const [only] = problems;
  if (problems.length <= 1) return problemLines({ code: only?.code ?? code, message, next: next ?? nextDefault });
  const [subject = ''] = message.split('\n');
  const lines = [{ head: `error[${code}]`, text: subject }, ...problems.flatMap(problemLines)];
  return next === undefined ? [...lines, { head: 'next', text: nextDefault }] : lines;
}

const nextDefault = 'Correct this and try again; --help after a command shows what it takes.';

function problemLines({ code, message, next }: Problem): readonly ComplaintLine[] {
  const problem = { head: `error[${code}]`, text: message };
  return next === undefined ? [problem] : [problem, { head: 'next', text: next }];
}

function indented(head: string, text: string): readonly string[] {
  const [first = '', ...rest] = cleanLines(text);
  return [`${head}: ${first}`, ...rest.map((line) => `  ${line}`)];
}

const usageCodes: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'UNKNOWN_OPTION',
  'commander.unknownCommand': 'UNKNOWN_COMMAND',
  'commander.missingArgument': 'MISSING_ARGUMENT',
  'commander.optionMissingArgument': 'MISSING_ARGUMENT',
  'commander.missingMandatoryOptionValue': 'MISSING_OPTION',
  'commander.excessArguments': 'EXCESS_ARGUMENT',
  'commander.conflictingOption': 'CONFLICTING_OPTION',
  'commander.invalidArgument': 'INVALID_ARGUMENT',
};

/** Help and version were printed already, and are no mistake. */
function complainOfUsage({ code, exitCode, message }: CommanderError, err: Output): number {
  if (exitCode === 0) return exitCodes.done;
  if (code === 'commander.help') return exitCodes.refused;
  const [what = '', hint] = cleanLines(message.replace(/^error: /, ''));
  const next = hint === undefined || hint === '' ? 'See precede --help, and --help after a command.' : hint;
  err.lines([
    `${err.paint('bad', `error[${usageCodes[code] ?? 'USAGE'}]`)}: ${what}`,
    `${err.paint('quiet', 'next')}: ${next.replace(/^\(|\)$/g, '')}`,
  ]);
  return exitCodes.refused;
}
