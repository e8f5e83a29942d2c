import { randomInt } from 'node:crypto';
import type { RefusedError } from '../errors/index.ts';
import { refused } from './refused.ts';

const lengthMin = 8;
const lengthMax = 1_024;

/**
 * A password in the one form in which it is hashed: different keyboards compose letters differently.
 *
 * @throws RefusedError `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, or `PASSWORD_UNSENDABLE` for control characters
 */
export function acceptablePassword(password: string): string {
  // Before anything walks through it.
  if (password.length > 2 * lengthMax) throw tooLong();
  const normal = password.normalize('NFC');
  const { length } = [...normal];
  if (length > lengthMax) throw tooLong();
  if (length < lengthMin) throw tooShort();
  if (/\p{Cc}/u.test(normal)) throw unsendable();
  return normal;
}

// Easy to paste and to read aloud: no signs that shells or selections stop at, no letters that look alike.
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const generatedLength = 24;

/** A password drawn by chance, of 120 bits. */
export function generatePassword(): string {
  return Array.from({ length: generatedLength }, () => letters.charAt(randomInt(letters.length))).join('');
}

function tooShort(): RefusedError<'PASSWORD_TOO_SHORT'> {
  return refused('PASSWORD_TOO_SHORT', 'Password', {
    message: `It has fewer than ${lengthMin} characters.`,
    next: 'Use a longer one, or let one be made for you.',
  });
}

function tooLong(): RefusedError<'PASSWORD_TOO_LONG'> {
  return refused('PASSWORD_TOO_LONG', 'Password', {
    message: `It has more than ${lengthMax} characters.`,
    next: 'Use a shorter one. Is it the right file?',
  });
}

function unsendable(): RefusedError<'PASSWORD_UNSENDABLE'> {
  return refused('PASSWORD_UNSENDABLE', 'Password', {
    message: 'It holds a line break or another control character, which no login can send.',
    next: 'Use one line of text.',
  });
}
