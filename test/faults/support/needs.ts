import { spawnSync } from 'node:child_process';

/**
 * Whether a fault can be made here. Where it cannot, says so and why; under continuous integration, where a check that
 * is left out would go unnoticed, it throws.
 */
export function isPossible(what: string, lacking: string | undefined): boolean {
  if (lacking === undefined) return true;
  if (process.env['CI']) throw new Error(`${what} cannot be tried: ${lacking}`);
  process.stdout.write(`${what}: skipped, ${lacking}\n`);
  return false;
}

/** What is lacking when a program cannot be started. */
export function lackingProgram(name: string, ...args: readonly string[]): string | undefined {
  return spawnSync(name, args, { stdio: 'ignore' }).status === 0 ? undefined : `there is no ${name}`;
}
