import { RefusedError, type Problem } from '../errors/index.ts';
import { displayName } from '../graph/index.ts';
import type { JsonObject } from '../json/index.ts';
import { readWireTime, type WireTime } from './wire-time.ts';

const problemsMax = 1_000;

/** Collects what is wrong with an answer, each thing with the path at which it stands. Holds 1,000, counts the rest. */
export class AnswerProblems {
  readonly #problems: Problem[] = [];
  #leftOut = 0;

  report(code: string, path: string, what: string): void {
    const problem = { code, message: `${path === '' ? 'the answer' : path} ${what}.`, details: { path } };
    if (this.#problems.length < problemsMax) this.#problems.push(problem);
    else this.#leftOut += 1;
  }

  /** @throws RefusedError `INVALID_TASK_INFO` with every problem, when there is any */
  refuseAny(): void {
    if (this.#problems.length === 0) return;
    throw new RefusedError('INVALID_TASK_INFO', 'The answer is not a documented one', this.#all());
  }

  #all(): readonly Problem[] {
    if (this.#leftOut === 0) return this.#problems;
    return [...this.#problems, { code: 'MORE_PROBLEMS', message: `${this.#leftOut} more problems were found.` }];
  }
}

/**
 * Reads the fields of one object of an answer. What is missing or of another type is reported, and something harmless is
 * returned in its place, so that reading goes on to the next problem. null counts as missing.
 */
export class WireObject {
  readonly path: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #problems: AnswerProblems;

  constructor(value: unknown, path: string, problems: AnswerProblems) {
    this.path = path;
    this.#problems = problems;
    this.#fields = isObject(value) ? value : {};
    if (!isObject(value)) problems.report('WRONG_TYPE', path, `is ${shown(value)}; it is an object`);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The field as it is; undefined when it is missing or null. */
  get(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined;
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  report(code: string, name: string, what: string): void {
    this.#problems.report(code, this.pathOf(name), what);
  }

  /** A text that must be there and not be empty. */
  text(name: string): string {
    const value = this.#required(name, 'a text');
    if (value === undefined) return '';
    if (typeof value === 'string' && value !== '') return value;
    this.#wrongType(name, 'a text that is not empty');
    return '';
  }

  optionalText(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === 'string') return value;
    this.#wrongType(name, 'a text');
    return undefined;
  }

  id(name: string): number {
    const value = this.#required(name, 'a whole number');
    return value === undefined ? 0 : (this.optionalInteger(name) ?? 0);
  }

  optionalInteger(name: string, least: number = Number.MIN_SAFE_INTEGER): number | undefined {
    const value = this.get(name);
    if (value === undefined || (isInteger(value) && value >= least)) return value;
    this.#wrongType(name, least < -1 ? 'a whole number' : `a whole number, ${least} or more`);
    return undefined;
  }

  integerOr(name: string, fallback: number, least: number): number {
    return this.optionalInteger(name, least) ?? fallback;
  }

  /** False when it is missing. */
  flag(name: string): boolean {
    const value = this.get(name);
    if (value !== undefined && typeof value !== 'boolean') this.#wrongType(name, 'true or false');
    return value === true;
  }

  time(name: string): WireTime | undefined {
    const text = this.optionalText(name);
    const time = text === undefined ? undefined : readWireTime(text);
    if (text !== undefined && !time)
      this.#wrongType(name, 'a time such as 2021-03-02T11:06:34.345+08:00', 'INVALID_TIME');
    return time;
  }

  /** One of a few words; the first of them when it is another one. */
  word<const Word extends string>(name: string, words: readonly [Word, ...Word[]], code: string): Word {
    return this.#required(name, `one of ${words.join(', ')}`) === undefined
      ? words[0]
      : (this.optionalWord(name, words, code) ?? words[0]);
  }

  optionalWord<const Word extends string>(name: string, words: readonly Word[], code: string): Word | undefined {
    const value = this.get(name);
    const word = words.find((candidate) => candidate === value);
    if (value !== undefined && word === undefined) this.#wrongType(name, `one of ${words.join(', ')}`, code);
    return word;
  }

  optionalObject(name: string): JsonObject | undefined {
    const value = this.get(name);
    // Whatever stands in a JSON object is JSON.
    if (value === undefined || isObject(value)) return value as JsonObject | undefined;
    this.#wrongType(name, 'an object');
    return undefined;
  }

  /** A list; empty when it is missing or something else, which is reported. */
  list(name: string): readonly unknown[] {
    const value = this.#required(name, 'a list');
    if (value === undefined || Array.isArray(value)) return value ?? [];
    this.#wrongType(name, 'a list');
    return [];
  }

  /** A list whose items all pass; the others are reported and left out. */
  listOf<Item>(name: string, is: (item: unknown) => item is Item, what: string): readonly Item[] {
    return this.list(name).filter((item, index): item is Item => {
      const passes = is(item);
      if (!passes) this.report('WRONG_TYPE', `${name}[${index}]`, `is ${shown(item)}; it is ${what}`);
      return passes;
    });
  }

  #required(name: string, what: string): unknown {
    const value = this.get(name);
    if (value === undefined) this.report('MISSING_FIELD', name, `is missing; it is ${what}`);
    return value;
  }

  #wrongType(name: string, what: string, code = 'WRONG_TYPE'): void {
    this.report(code, name, `is ${shown(this.get(name))}; it is ${what}`);
  }
}

/** Whether a value is a number that JSON and JavaScript agree on. */
export function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Whether a value is a text. */
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `"${displayName(value)}"`;
  return isObject(value) ? 'an object' : String(value);
}
