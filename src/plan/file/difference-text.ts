import type { JsonObject, JsonValue } from '../../json/index.ts';
import type { PlanDifference } from './plan-difference.ts';

const lengthMax = 300;

/** A difference between two plans, as lines: what it is about, then what was (-) and what is (+). */
export function differenceLines({ task, field, before, after }: PlanDifference): readonly string[] {
  const where = task === undefined ? field : `task "${task}"`;
  if (field === 'task') return [`${where} ${before === undefined ? 'is new' : 'is gone'}`];
  const head = task === undefined ? where : `${where}: ${field}`;
  const was = linesOf(before);
  const is = linesOf(after);
  // Lines that both have say nothing.
  return [
    head,
    ...was.filter((line) => !is.includes(line)).map((line) => `  - ${line}`),
    ...is.filter((line) => !was.includes(line)).map((line) => `  + ${line}`),
  ];
}

/** Steps and findings as whoever sends them reads them, everything else as JSON. */
function linesOf(value: JsonValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.length === 0 ? ['[]'] : value.map(oneLine);
  return [oneLine(value)];
}

function oneLine(value: JsonValue): string {
  if (typeof value === 'string') return shortened(value);
  return shortened(isObject(value) ? objectText(value) : JSON.stringify(value));
}

function objectText(value: JsonObject): string {
  const { kind, host, text, why = '', steps } = value;
  if (typeof text === 'string') return typeof host === 'string' ? `${host}: ${text}` : text;
  if (kind === 'done') return 'done already';
  if (kind === 'unknown') return `unknown: ${JSON.stringify(why)}`;
  if (kind === 'needed') return `needed, ${Array.isArray(steps) ? steps.length : 'unknown'} step(s)`;
  return JSON.stringify(value);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortened(text: string): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax).toWellFormed()} …`;
}
