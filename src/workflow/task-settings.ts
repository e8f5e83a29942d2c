import type { Problem } from '../errors/index.ts';
import { displayName } from '../graph/index.ts';
import type { BarrierOptions, ForEachOptions, RetryOptions, TaskOptions } from './task-options.ts';

type Options = TaskOptions<unknown, unknown, never>;
type Settings = Pick<
  Options,
  'timeoutMs' | 'undoTimeoutMs' | 'estimateMs' | 'priority' | 'retry' | 'undoRetry' | 'limits' | 'key' | 'description'
>;
type Bodies = Partial<Readonly<Record<'run' | 'check' | 'undo' | 'preview' | 'end' | 'repeatable', unknown>>>;

export const retryDefaults: Required<RetryOptions> = Object.freeze({
  attemptsMax: 1,
  backoffMs: 1_000,
  backoffFactor: 2,
  backoffMaxMs: 60_000,
  jitter: 0.5,
});

export const estimateDefaultMs = 1_000;

const barrierOptions: Record<keyof BarrierOptions, true> = {
  timeoutMs: true,
  description: true,
  key: true,
  priority: true,
};
const taskOptions: Record<keyof Options, true> = {
  ...barrierOptions,
  upstream: true,
  check: true,
  run: true,
  undo: true,
  preview: true,
  repeatable: true,
  end: true,
  retry: true,
  undoRetry: true,
  undoTimeoutMs: true,
  estimateMs: true,
  limits: true,
  skippable: true,
};
const forEachOptions: Record<keyof ForEachOptions<never>, true> = { key: true, parallel: true, itemsMin: true };

export const barrierOptionNames: readonly string[] = Object.keys(barrierOptions);
export const taskOptionNames: readonly string[] = Object.keys(taskOptions);
export const forEachOptionNames: readonly string[] = Object.keys(forEachOptions);

/** Options that do not exist: where no compiler looks, a misspelt `upstream` would lose an edge without a word. */
export function unknownOptions(subject: string, options: object, known: readonly string[]): readonly Problem[] {
  const unknown = Object.keys(options).filter((option) => !known.includes(option));
  return unknown.map((option) => ({
    code: 'UNKNOWN_OPTION',
    message: `${subject} has an option "${displayName(option)}", which does not exist. Options: ${known.join(', ')}.`,
    details: { option },
  }));
}

/** What is wrong with the functions of a task. */
export function bodyProblems(name: string, { run, check, undo, preview, end, repeatable }: Bodies): readonly Problem[] {
  const isUnsetOrFunction = (value: unknown): boolean => value === undefined || typeof value === 'function';
  return [
    ...(typeof run === 'function' ? [] : [invalidOption(name, 'run is a function.')]),
    ...(isUnsetOrFunction(check) ? [] : [invalidOption(name, 'check is a function.')]),
    ...(undo === 'irreversible' || isUnsetOrFunction(undo)
      ? []
      : [invalidOption(name, "undo is a function or 'irreversible'.")]),
    ...(isUnsetOrFunction(preview) ? [] : [invalidOption(name, 'preview is a function.')]),
    ...(isUnsetOrFunction(end) ? [] : [invalidOption(name, 'end is a function.')]),
    ...(['undefined', 'boolean'].includes(typeof repeatable)
      ? []
      : [invalidOption(name, 'repeatable is true or false.')]),
  ];
}

/** Everything that is wrong with one task's numbers and names; empty when nothing is. */
export function settingProblems(name: string, settings: Settings): readonly Problem[] {
  const rules: readonly Rule[] = [
    timeRule('timeoutMs', settings.timeoutMs),
    timeRule('undoTimeoutMs', settings.undoTimeoutMs),
    [
      'estimateMs',
      settings.estimateMs,
      isUnsetOr(settings.estimateMs, isDuration),
      'a number of milliseconds, 0 or more',
    ],
    ['priority', settings.priority, isUnsetOr(settings.priority, Number.isFinite), 'a finite number'],
    ['key', settings.key, isUnsetOr(settings.key, isName), 'a non-empty string'],
    ['description', settings.description, isUnsetOr(settings.description, isText), 'a string'],
    ['limits', settings.limits, isUnsetOr(settings.limits, areNames), 'a list of non-empty names, each once'],
    ...retryRules('retry', settings.retry ?? {}),
    ...retryRules('undoRetry', settings.undoRetry ?? {}),
  ];
  const problems = rules
    .filter(([, , isRight]) => !isRight)
    .map(([field, value, , rule]) => invalidOption(name, `${field} is ${describe(value)}; it is ${rule}.`));
  return isName(name) ? problems : [invalidOption(name, 'a name is a non-empty string.'), ...problems];
}

type Rule = readonly [field: string, value: unknown, isRight: boolean, rule: string];

function timeRule(field: string, value: number | undefined): Rule {
  return [field, value, isUnsetOr(value, isPositive), 'a positive number of milliseconds'];
}

function retryRules(name: string, retry: RetryOptions): readonly Rule[] {
  const { attemptsMax, backoffMs, backoffFactor, backoffMaxMs, jitter } = retry;
  const duration = 'a number of milliseconds, 0 or more';
  return [
    [`${name}.attemptsMax`, attemptsMax, isUnsetOr(attemptsMax, isCount), 'a whole number, 1 or more'],
    [`${name}.backoffMs`, backoffMs, isUnsetOr(backoffMs, isDuration), duration],
    [`${name}.backoffFactor`, backoffFactor, isUnsetOr(backoffFactor, isFactor), 'a number, 1 or more'],
    [`${name}.backoffMaxMs`, backoffMaxMs, isUnsetOr(backoffMaxMs, isDuration), duration],
    [`${name}.jitter`, jitter, isUnsetOr(jitter, isShare), 'a number from 0 to 1'],
  ];
}

function invalidOption(name: string, message: string): Problem {
  const shown = typeof name === 'string' ? displayName(name) : String(name);
  return { code: 'INVALID_OPTION', message: `Task "${shown}": ${message}`, details: { task: shown } };
}

function isUnsetOr<Value>(value: Value | undefined, isRight: (value: Value) => boolean): boolean {
  return value === undefined || isRight(value);
}

const isName = (value: string): boolean => typeof value === 'string' && value !== '';
const isText = (value: string): boolean => typeof value === 'string';
const areNames = (values: readonly string[]): boolean =>
  Array.isArray(values) && values.every(isName) && new Set(values).size === values.length;
const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0;
const isDuration = (value: number): boolean => Number.isFinite(value) && value >= 0;
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
const isFactor = (value: number): boolean => Number.isFinite(value) && value >= 1;
const isShare = (value: number): boolean => Number.isFinite(value) && value >= 0 && value <= 1;

function describe(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) as string | undefined;
  return displayName(text ?? typeof value);
}
