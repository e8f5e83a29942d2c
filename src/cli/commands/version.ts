import type { CommandTools } from '../command-tools.ts';
import { packageVersion } from '../package-root.ts';

/** Adds `precede version`. */
export function addVersionCommand({ command, terminal }: CommandTools): void {
  command.action(() => terminal.out.lines([packageVersion()]));
}
