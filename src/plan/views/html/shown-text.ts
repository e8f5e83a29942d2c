/** As in names, what a reader cannot see or what turns the direction of text; but lines and tabs are kept. */
const unseen = /[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const lengthMax = 4_000;

/** A text of several lines as a page shows it: what cannot be seen is escaped, and of a long one the beginning. */
export function shownText(text: string): string {
  const kept = text.length <= lengthMax ? text : text.slice(0, lengthMax);
  const shown = kept.replace(unseen, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
  return text.length <= lengthMax ? shown : `${shown}… (${text.length} characters)`;
}
