import { RefusedError } from '../../errors/index.ts';

/**
 * Quotes one value so that a POSIX shell reads it back as exactly one word with exactly these characters.
 * Refuses a NUL character (`NUL_IN_ARGUMENT`), which no argument of a command can carry. O(length).
 *
 * It protects the shell, not the command: a value that begins with `-` is still read as an option, so commands
 * put `--` before values that may.
 */
export function shellQuote(value: string): string {
  refuseNul(value);
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** Refuses (`NUL_IN_ARGUMENT`) text that no shell can carry. */
export function refuseNul(text: string): void {
  if (text.includes('\0')) throw nulRefused(text);
}

function nulRefused(value: string): RefusedError<'NUL_IN_ARGUMENT'> {
  return new RefusedError('NUL_IN_ARGUMENT', 'Shell command', [
    {
      code: 'NUL_IN_ARGUMENT',
      message: `An argument of ${String(value.length)} characters holds a NUL character at position ${String(value.indexOf('\0'))}.`,
      next: 'Remove the NUL character; send binary content through stdin instead.',
    },
  ]);
}
