import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { acceptablePassword } from '../access/index.ts';
import { readText } from './json-input.ts';
import { refusal } from './refusal.ts';

/**
 * The password in a file, or on standard input when the file is `-`; a line break at its end does not count.
 *
 * @throws RefusedError when it cannot be read, is open to others than its owner, or is not to be used
 */
export function readPassword(file: string): string {
  if (file !== '-' && isFileOpenToOthers(file)) throw openToOthers(resolve(file));
  return passwordIn(file);
}

/** The same of a file that may be open to others: mounted secrets often are, and whoever starts the server is told. */
export function passwordIn(file: string): string {
  const name = file === '-' ? 'standard input' : resolve(file);
  return acceptablePassword(readText(file, name).replace(/\r?\n$/, ''));
}

/** What is no file, such as the pipe of a shell's `<(…)`, is its maker's affair; one that is not there is told when read. */
export function isFileOpenToOthers(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && (stat.mode & 0o077) !== 0;
}

function openToOthers(file: string): Error {
  return refusal('Password file', {
    code: 'PASSWORD_FILE_REFUSED',
    message: `${file} is open to others than its owner.`,
    next: `Make it readable for this user only: chmod 600 ${file}`,
  });
}
