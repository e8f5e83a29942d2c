import { expect } from 'vitest';
import { contentOf, precede, type Ended } from './precede.ts';

/** Refused: code, what, and what next on standard error, exit code 2, no stack, nothing on standard output. */
export function expectRefused({ status, stdout, stderr }: Ended, code: string, ...words: readonly string[]): void {
  expect(stderr).toContain(`error[${code}]`);
  expect(stderr).toContain('next: ');
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(stdout).toBe('');
  expect(status).toBe(2);
}

/** Runs a command in a directory and holds it to changing nothing there. */
export async function refusedIn(cwd: string, args: readonly string[], input?: string): Promise<Ended> {
  const before = contentOf(cwd);
  const ended = await precede(args, { cwd, ...(input === undefined ? {} : { input }) });
  expect(contentOf(cwd)).toEqual(before);
  return ended;
}
