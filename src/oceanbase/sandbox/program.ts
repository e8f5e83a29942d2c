import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Arguments for node before the path of one of this room's programs: TypeScript as it is must not warn on stderr. */
export const nodeArguments: readonly string[] = ['--disable-warning=ExperimentalWarning'];

const extension = extname(fileURLToPath(import.meta.url));

/** The absolute path of a program in this room (name without extension): .ts in a checkout, .js in what is built. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(`./${name}${extension}`, import.meta.url));
}

/** The line of a POSIX shell script that becomes such a program; arguments are quoted, `"$@"` comes last. */
export function execLine(name: string, args: readonly string[]): string {
  const words = [process.execPath, ...nodeArguments, programPath(name), ...args];
  return `exec ${words.map(quoted).join(' ')} "$@"`;
}

/** A word that the shell takes literally. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
