import { complain } from '../../../src/cli/complaint.ts';
import type { Output } from '../../../src/cli/output.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { paintedWith } from '../../../src/cli/views/paint.ts';

/** What a command printed, and its exit code. */
export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this very process, 80 columns wide. */
export async function commandHere(args: readonly string[]): Promise<Printed> {
  const [out, err] = [captured(), captured()];
  let status = 0;
  try {
    const program = await createProgram(args, {
      terminal: { out: out.output, err: err.output },
      setExitCode: (code) => (status = code),
    });
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    status = complain(error, err.output, { isDebug: false });
  }
  return { status, stdout: out.text(), stderr: err.text() };
}

function captured(): { readonly output: Output; readonly text: () => string } {
  let printed = '';
  const write = (text: string): void => {
    printed += text;
  };
  const output: Output = {
    isLive: false,
    paint: paintedWith(false),
    gone: new AbortController().signal,
    columns: () => 80,
    rows: () => 24,
    write,
    pieces: async (pieces) => {
      for (const piece of pieces) write(piece);
    },
    lines: (lines) => {
      if (lines.length > 0) write(`${lines.join('\n')}\n`);
    },
  };
  return { output, text: () => printed };
}
