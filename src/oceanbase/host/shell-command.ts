import { refuseNul, shellQuote } from './shell-quote.ts';

/**
 * A command line for a POSIX shell that was built by `sh` and by nothing else, so that every value in it is quoted.
 * It is shown in previews, errors and logs: a secret does not belong in it but goes through `stdin`.
 */
export class ShellCommand {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** The line as the shell gets it. */
  get text(): string {
    return this.#text;
  }

  toString(): string {
    return this.#text;
  }

  toJSON(): string {
    return this.#text;
  }

  /** Builds a command from a template; use it as `sh`. */
  static build(parts: TemplateStringsArray, ...values: readonly ShellValue[]): ShellCommand {
    for (const part of parts) refuseNul(part);
    const words = parts.map((part, index) => {
      const value = values[index];
      return value === undefined ? part : part + shellText(value);
    });
    return new ShellCommand(words.join(''));
  }

  /** Puts commands one after the other, each only if the one before ended with 0: `a && b && c`. */
  static allOf(commands: readonly ShellCommand[]): ShellCommand {
    return new ShellCommand(commands.map((command) => command.text).join(' && '));
  }
}

/** What may stand in a `sh` template. */
export type ShellValue = string | number | ShellCommand | readonly (string | number | ShellCommand)[];

/**
 * Builds a command line: sh`mkdir -p -- ${path}`. Strings and numbers are quoted, lists become their quoted items
 * with spaces between (nothing for an empty list), a nested command stands as it is.
 * A NUL character is refused (`NUL_IN_ARGUMENT`).
 */
export function sh(parts: TemplateStringsArray, ...values: readonly ShellValue[]): ShellCommand {
  return ShellCommand.build(parts, ...values);
}

function shellText(value: ShellValue): string {
  if (value instanceof ShellCommand) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return shellQuote(String(value));
  return value.map((item) => shellText(item)).join(' ');
}
