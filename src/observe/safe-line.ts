import type { JsonObject, JsonValue } from '../json/index.ts';
import type { Scrubber } from '../secrets/index.ts';

/** What JSON leaves as it is and a terminal or a line reader acts on: C1 controls, separators, marks of direction. */
const unsafe = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * A log line in JSON without any secret that the scrubber knows and without anything a terminal acts on; still one line,
 * still JSON. O(length).
 */
export function safeLine(line: string, scrubber: Scrubber): string {
  return scrubbedLine(line, scrubber).replace(unsafe, escaped);
}

function scrubbedLine(line: string, scrubber: Scrubber): string {
  if (scrubber.text(line) === line) return line;
  // Masking the line as a text could cut an escape in two, so its parts are masked.
  const record = scrubber.json(JSON.parse(line) as JsonObject) as JsonObject;
  const masked = JSON.stringify(record);
  const left = scrubber.text(masked);
  return left === masked ? masked : JSON.stringify(asMessage(record, left));
}

/** A secret that looks like JSON was found across fields: what is left of the line becomes the message. */
function asMessage({ level = null, time = null }: JsonObject, left: string): JsonValue {
  return { level, time, msg: left };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
