import { complain } from './complaint.ts';
import { processTerminal } from './output.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command. Answers its exit code: 0 done; 1 a run ended other than SUCCESS, or something failed that was not to
 * be expected; 2 refused, nothing was started. Data goes to standard output, everything else to standard error.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  let exitCode = 0;
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  try {
    const program = await createProgram(argv, { terminal, setExitCode });
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return complain(error, terminal.err, { isDebug: isDebug(argv) });
  }
}

/** Asked for before anything is parsed, so that it holds for mistakes in the arguments too. */
function isDebug(argv: readonly string[]): boolean {
  return argv.includes('--debug') || process.env['PRECEDE_DEBUG'] === '1';
}
