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
export function bodyProblems(name: string, bodies: Bodies): readonly Problem[] {
  const wrong = bodyRules.filter(([field, isRight]) => !isRight(bodies[field]));
  return wrong.map(([, , rule]) => invalidOption(name, rule));
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isUnsetOrFunction = (value: unknown): boolean => value === undefined || isFunction(value);

// Made once, since a plan of 100,000 tasks goes through them for each.
const bodyRules: readonly (readonly [keyof Bodies, isRight: (value: unknown) => boolean, rule: string])[] = [
  ['run', isFunction, 'run is a function.'],
  ['check', isUnsetOrFunction, 'check is a function.'],
  ['undo', (value) => value === 'irreversible' || isUnsetOrFunction(value), "undo is a function or 'irreversible'."],
  ['preview', isUnsetOrFunction, 'preview is a function.'],
  ['end', isUnsetOrFunction, 'end is a function.'],
  ['repeatable', (value) => value === undefined || typeof value === 'boolean', 'repeatable is true or false.'],
];

/** Everything that is wrong with one task's numbers and names; empty when nothing is. */
export function settingProblems(name: string, settings: Settings): readonly Problem[] {
  const { retry, undoRetry } = settings;
  const problems = [
    ...(retry ? unknownOptions(`retry of task "${displayName(name)}"`, retry, retryOptionNames) : none),
    ...(undoRetry ? unknownOptions(`undoRetry of task "${displayName(name)}"`, undoRetry, retryOptionNames) : none),
    ...ruleProblems(name, settings, settingRules),
    ...(retry ? ruleProblems(name, retry, retryRules, 'retry.') : none),
    ...(undoRetry ? ruleProblems(name, undoRetry, retryRules, 'undoRetry.') : none),
  ];
  return isName(name) ? problems : [invalidOption(name, 'a name is a non-empty string.'), ...problems];
}

const none: readonly Problem[] = [];
const retryOptionNames = Object.keys(retryDefaults);

/** What a field must be when it is given. */
type Rule<Fields> = readonly [field: keyof Fields & string, isRight: (value: never) => boolean, rule: string];

function ruleProblems<Fields extends object>(
  name: string,
  fields: Fields,
  rules: readonly Rule<Fields>[],
  prefix = '',
): readonly Problem[] {
  const wrong = rules.filter(([field, isRight]) => fields[field] !== undefined && !isRight(fields[field] as never));
  return wrong.map(([field, , rule]) =>
    invalidOption(name, `${prefix}${field} is ${describe(fields[field])}; it is ${rule}.`),
  );
}

function invalidOption(name: string, message: string): Problem {
  const shown = typeof name === 'string' ? displayName(name) : String(name);
  return { code: 'INVALID_OPTION', message: `Task "${shown}": ${message}`, details: { task: shown } };
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

const time = 'a positive number of milliseconds';
const duration = 'a number of milliseconds, 0 or more';
const settingRules: readonly Rule<Settings>[] = [
  ['timeoutMs', isPositive, time],
  ['undoTimeoutMs', isPositive, time],
  ['estimateMs', isDuration, duration],
  ['priority', Number.isFinite, 'a finite number'],
  ['key', isName, 'a non-empty string'],
  ['description', isText, 'a string'],
  ['limits', areNames, 'a list of non-empty names, each once'],
];
const retryRules: readonly Rule<RetryOptions>[] = [
  ['attemptsMax', isCount, 'a whole number, 1 or more'],
  ['backoffMs', isDuration, duration],
  ['backoffFactor', isFactor, 'a number, 1 or more'],
  ['backoffMaxMs', isDuration, duration],
  ['jitter', isShare, 'a number from 0 to 1'],
];

function describe(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) as string | undefined;
  return displayName(text ?? typeof value);
}
