import type { Problem } from '../errors/index.ts';
import type { RetryOptions, TaskOptions } from './task-options.ts';

type Settings = Pick<TaskOptions<unknown, unknown, never>, 'timeoutMs' | 'estimateMs' | 'priority' | 'retry' | 'limits' | 'key'>;

export const retryDefaults: Required<RetryOptions> = Object.freeze({
  attemptsMax: 1,
  backoffMs: 1_000,
  backoffFactor: 2,
  backoffMaxMs: 60_000,
  jitter: 0.5,
});

export const estimateDefaultMs = 1_000;

/** Everything that is wrong with one task's numbers and names; empty when nothing is. */
export function settingProblems(name: string, settings: Settings): readonly Problem[] {
  const rules: readonly [field: string, value: unknown, isRight: boolean, rule: string][] = [
    ['timeoutMs', settings.timeoutMs, isUnsetOr(settings.timeoutMs, isPositive), 'a positive number of milliseconds'],
    ['estimateMs', settings.estimateMs, isUnsetOr(settings.estimateMs, isDuration), 'a number of milliseconds, 0 or more'],
    ['priority', settings.priority, isUnsetOr(settings.priority, Number.isFinite), 'a finite number'],
    ['key', settings.key, isUnsetOr(settings.key, isName), 'a non-empty string'],
    ['limits', settings.limits, isUnsetOr(settings.limits, areNames), 'a list of non-empty names, each once'],
    ...retryRules(settings.retry ?? {}),
  ];
  const problems = rules
    .filter(([, , isRight]) => !isRight)
    .map(([field, value, , rule]) => invalidOption(name, `${field} is ${describe(value)}; it is ${rule}.`));
  return isName(name) ? problems : [invalidOption(name, 'a name is a non-empty string.'), ...problems];
}

function retryRules(retry: RetryOptions): [string, unknown, boolean, string][] {
  return [
    ['retry.attemptsMax', retry.attemptsMax, isUnsetOr(retry.attemptsMax, isCount), 'a whole number, 1 or more'],
    ['retry.backoffMs', retry.backoffMs, isUnsetOr(retry.backoffMs, isDuration), 'a number of milliseconds, 0 or more'],
    ['retry.backoffFactor', retry.backoffFactor, isUnsetOr(retry.backoffFactor, isFactor), 'a number, 1 or more'],
    ['retry.backoffMaxMs', retry.backoffMaxMs, isUnsetOr(retry.backoffMaxMs, isDuration), 'a number of milliseconds, 0 or more'],
    ['retry.jitter', retry.jitter, isUnsetOr(retry.jitter, isShare), 'a number from 0 to 1'],
  ];
}

export function invalidOption(name: string, message: string): Problem {
  return { code: 'INVALID_OPTION', message: `Task "${name}": ${message}`, details: { task: name } };
}

function isUnsetOr<Value>(value: Value | undefined, isRight: (value: Value) => boolean): boolean {
  return value === undefined || isRight(value);
}

const isName = (value: string): boolean => typeof value === 'string' && value !== '';
const areNames = (values: readonly string[]): boolean => values.every(isName) && new Set(values).size === values.length;
const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0;
const isDuration = (value: number): boolean => Number.isFinite(value) && value >= 0;
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
const isFactor = (value: number): boolean => Number.isFinite(value) && value >= 1;
const isShare = (value: number): boolean => value >= 0 && value <= 1;

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}
