import { InvalidArgumentError, Option, type Command } from 'commander';

/** Adds `--format`, first of `formats` by default. */
export function withFormat(command: Command, formats: readonly string[]): Command {
  return command.addOption(
    new Option('--format <format>', 'how it is printed').choices([...formats]).default(formats[0]),
  );
}

/** Adds `--by`. */
export function withBy(command: Command): Command {
  return command.option('--by <name>', 'who asks (default: admin)');
}

/** Adds `--concurrency`. */
export function withConcurrency(command: Command): Command {
  return command.option('--concurrency <count>', 'tasks at a time, or Infinity (default: 16)', concurrency);
}

/** A whole number from 1. */
export function count(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError(`It is a whole number from 1.`);
}

/** A whole number from 0. */
export function countOrNone(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`It is a whole number from 0.`);
}

/** A whole number from 1, or Infinity. */
export function concurrency(text: string): number {
  return text.toLowerCase() === 'infinity' ? Infinity : count(text);
}

/** The values of a flag that may be given again and again. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
