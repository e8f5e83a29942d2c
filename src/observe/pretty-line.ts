import type { JsonObject, JsonValue } from '../json/index.ts';

const names: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
const nameWidth = 5;

/** A log line for human readers: time, level, message, then the other fields. Control characters stay escaped. */
export function prettyLine(line: string): string {
  const { time = null, level = null, msg = '', ...fields } = JSON.parse(line) as JsonObject;
  const levelName = typeof level === 'number' ? names[level] : undefined;
  const others = Object.entries(fields).filter(([key]) => key !== 'pid');
  const head = [shown(time), (levelName ?? shown(level)).padEnd(nameWidth), shown(msg)];
  return [...head, ...others.map(([key, value]) => `${shown(key)}=${shown(value)}`)].join(' ');
}

function shown(value: JsonValue): string {
  const json = JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapedUnlessPrintable);
  return typeof value === 'string' ? json.slice(1, -1) : json;
}

function escapedUnlessPrintable(character: string): string {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character)
    ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    : character;
}
