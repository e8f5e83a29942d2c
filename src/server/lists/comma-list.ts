import { displayName } from '../../graph/index.ts';
import { ApiError } from '../api-error.ts';

/** The entries of a comma list, trimmed; undefined when it has none, which filters nothing. */
export function commaList(text: string | undefined): ReadonlySet<string> | undefined {
  const entries = (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.length === 0 ? undefined : new Set(entries);
}

/** A comma list of documented words, and the name of the parameter that holds it. */
export interface GivenWords<Word extends string> {
  readonly parameter: string;
  readonly text: string | undefined;
  readonly known: readonly Word[];
}

/**
 * The words of a comma list; undefined when it has none, which filters nothing.
 *
 * @throws ApiError 400 `COM10001` for a word that is not documented
 */
export function wordList<Word extends string>(given: GivenWords<Word>): ReadonlySet<Word> | undefined {
  const words = commaList(given.text);
  if (!words) return undefined;
  const known = new Set(given.known);
  for (const word of words) if (!isOneOf(known, word)) throw unknownWord(word, given);
  return words as ReadonlySet<Word>;
}

function isOneOf(known: ReadonlySet<string>, word: string): boolean {
  return known.has(word);
}

function unknownWord(word: string, { parameter, known }: GivenWords<string>): ApiError {
  return new ApiError({
    status: 400,
    ocpCode: 'COM10001',
    message: `The parameter ${parameter} holds "${displayName(word)}". Known: ${known.join(', ')}.`,
    next: 'Give known words, separated by commas.',
  });
}
