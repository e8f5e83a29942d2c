/** East Asian wide and full-width characters, and pictures: two cells of a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const combining = /\p{M}|\u200b|\u200c|\u200d/u;

/** How many cells of a terminal a text takes that has no control characters. O(length). */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += cells(character);
  return width;
}

/** The text in exactly `width` cells: filled up with spaces, or cut and ended with `…`. */
export function fitted(text: string, width: number): string {
  const missing = width - textWidth(text);
  return missing >= 0 ? text + ' '.repeat(missing) : fitted(`${cut(text, width - 1)}…`, width);
}

/**
 * Words in lines of at most `width` cells, a wider word in a line of its own; after `linesMax` lines only
 * their number, and that of `moreCount` further ones, which is given only when there are too many words in any case.
 */
export function wrapped(
  words: readonly string[],
  { width, linesMax, moreCount = 0 }: { width: number; linesMax: number; moreCount?: number },
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [at, word] of words.entries()) {
    const next = line === '' ? word : `${line} ${word}`;
    if (textWidth(next) <= width || line === '') {
      line = next;
      continue;
    }
    if (lines.length + 1 === linesMax) return [...lines, `${line} … ${words.length - at + moreCount} more`];
    lines.push(line);
    line = word;
  }
  return line === '' ? lines : [...lines, line];
}

function cells(character: string): number {
  if (wide.test(character)) return 2;
  return combining.test(character) ? 0 : 1;
}

function cut(text: string, width: number): string {
  let left = width;
  let kept = '';
  for (const character of text) {
    left -= cells(character);
    if (left < 0) break;
    kept += character;
  }
  return kept;
}
