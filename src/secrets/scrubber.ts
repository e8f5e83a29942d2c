import { RefusedError, type SerializedError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import { encodingsOf } from './encodings.ts';
import { maskJson } from './mask-json.ts';
import { cover, needleLengthMin, NeedleIndex, type Span } from './needle-index.ts';
import { unwrap } from './unwrap.ts';

/** What stands in the place of a secret. */
export const secretMask = '[secret]';

/** Secrets are at most this long, in characters: more than any key has, few enough to keep every encoding at hand. */
const lengthMax = 65_536;
const secretLineLengthMin = 16;

/** Knows the secrets and takes them out of everything that is kept, shown or sent. */
export interface Scrubber {
  /**
   * Makes a value known; from now on it is masked. Known ones may be added again.
   *
   * @throws RefusedError `SECRET_TOO_SHORT` below 4 characters, `SECRET_TOO_LONG` above 65,536
   */
  add(value: string): void;
  /** The text with every known value masked as `[secret]`, in whatever encoding it stands there. O(length). */
  text(text: string): string;
  /**
   * The same for a JSON value without cycles, keys included. Numbers that show a secret become texts; keys that become
   * equal are told apart by `#2`, `#3`. Any depth.
   */
  json(value: JsonValue): JsonValue;
  /** The same for every part of a serialized error. */
  error(error: SerializedError): SerializedError;
}

/**
 * A scrubber that knows `values`. A value is found as it is, in base64, base64url, hex, URL-encoded and escaped for JSON,
 * HTML, shell and SQL, also where its encoding was broken into lines. Of a value of several lines (a private key) each
 * line of at least 16 characters is a secret too.
 */
export function createScrubber(values: Iterable<string> = []): Scrubber {
  const scrubber = new IndexedScrubber();
  for (const value of values) scrubber.add(value);
  return scrubber;
}

class IndexedScrubber implements Scrubber {
  readonly #known = new Set<string>();
  readonly #needles = new NeedleIndex();

  add(value: string): void {
    if (this.#known.has(value)) return;
    refuseUnfit(value);
    this.#known.add(value);
    for (const part of partsOf(value)) {
      for (const needle of encodingsOf(part)) this.#needles.add(needle);
    }
  }

  text(text: string): string {
    if (this.#known.size === 0) return text;
    const spans = this.#spans(text);
    return spans.length === 0 ? text : masked(text, spans);
  }

  json(value: JsonValue): JsonValue {
    return this.#known.size === 0 ? value : maskJson(value, (text) => this.text(text));
  }

  error(error: SerializedError): SerializedError {
    return this.json(error as unknown as JsonValue) as unknown as SerializedError;
  }

  #spans(text: string): readonly Span[] {
    const spans = this.#needles.spans(text);
    const unwrapped = unwrap(text);
    if (!unwrapped) return spans;
    const across = this.#needles.spans(unwrapped.text).map((span) => unwrapped.originOf(span));
    const all = [...spans, ...across].toSorted((a, b) => a.start - b.start || b.end - a.end);
    const merged: Span[] = [];
    for (const span of all) cover(merged, span);
    return merged;
  }
}

/** The value, the value without the space around it (a key file's last line break), and its lines but for PEM's frame. */
function partsOf(value: string): ReadonlySet<string> {
  const lines = value.split(/\r\n|\r|\n/).map((line) => line.trim());
  const secretLines = lines.filter(
    (line) => line.length >= secretLineLengthMin && !/^-----[A-Z0-9 ]+-----$/.test(line),
  );
  const trimmed = value.trim();
  return new Set([value, ...(trimmed.length >= needleLengthMin ? [trimmed] : []), ...secretLines]);
}

function masked(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(from, start), secretMask);
    from = end;
  }
  return parts.join('') + text.slice(from);
}

/** The messages tell the length alone: nobody may learn a secret from the refusal of it. */
function refuseUnfit({ length }: string): void {
  if (length < needleLengthMin)
    throw unfit('SECRET_TOO_SHORT', `has ${length} characters; it needs at least ${needleLengthMin}`);
  if (length > lengthMax) throw unfit('SECRET_TOO_LONG', `has ${length} characters; at most ${lengthMax} are allowed`);
}

function unfit<Code extends string>(code: Code, what: string): RefusedError<Code> {
  const message = `a secret value ${what}, because it could not be kept out of logs and records otherwise.`;
  return new RefusedError(code, 'The secret is refused', [{ code, message, next: 'Use another secret.' }]);
}
