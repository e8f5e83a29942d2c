import type { Command } from 'commander';
import type { Terminal } from './output.ts';

/** What a command is made of. */
export interface CommandTools {
  /** Has its name, arguments and summary already. */
  readonly command: Command;
  readonly terminal: Terminal;
  readonly setExitCode: (code: number) => void;
}

/** Gives a command its flags, its help, and what it does. */
export type AddCommand = (tools: CommandTools) => void;
