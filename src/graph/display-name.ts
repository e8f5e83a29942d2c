const lengthMax = 80;

/** Control characters, line and paragraph separators, marks that turn the direction of text, halves of a pair. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * A name as a message shows it: what a terminal would act on is escaped (`\u001b`), and what goes beyond 80 characters
 * is cut and its length told. Two different long names may look the same here.
 */
export function displayName(name: string): string {
  const shown = name.length <= lengthMax ? name : `${wholeCharacters(name.slice(0, lengthMax))}…`;
  const escaped = shown.replace(unprintable, escapeCharacter);
  return name.length <= lengthMax ? escaped : `${escaped} (${name.length} characters)`;
}

/** Drops a surrogate that lost its other half to the cut. */
function wholeCharacters(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}

function escapeCharacter(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
