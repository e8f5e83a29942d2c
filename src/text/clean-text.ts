import { stripVTControlCharacters } from 'node:util';

/** What a terminal would act on: control characters, separators of lines, marks that turn the direction of text. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Most text is made of nothing else, and is clean: printable ASCII. */
const harmless = /^[ -~]*$/;

/**
 * Text from outside (names, remote output) as one line that a terminal only shows: escape sequences are gone, and so is
 * every control character; a tab and a line break become a space. O(length).
 */
export function cleanLine(text: string): string {
  if (harmless.test(text)) return text;
  return stripVTControlCharacters(text.replaceAll(/\r?\n|\t/g, ' ')).replaceAll(controls, '');
}

/** The same for a text of several lines, which it stays. */
export function cleanLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map(cleanLine);
}
