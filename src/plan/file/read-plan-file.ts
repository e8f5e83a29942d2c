import { RefusedError, type Problem } from '../../errors/index.ts';
import type { JsonValue } from '../../json/index.ts';
import { planFileKind, planFileSchema, type PlanFile } from './plan-file.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a field has to be, in words, and whether it is. */
type Rule = readonly [field: string, what: string, isRight: (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const fileRules: readonly Rule[] = [
  ['source', 'a text', isText],
  ['workflow', 'a text', isText],
  ['version', 'a text', isText],
  ['fingerprint', 'a text', isText],
  ['input', 'a JSON value', (value) => value !== undefined],
  ['claims', 'a list of texts', isTexts],
  ['tasks', 'a list', Array.isArray],
];
const taskRules: readonly Rule[] = [
  ['number', 'a whole number', Number.isSafeInteger],
  ['key', 'a text', isText],
  ['declared', 'an object', isObject],
  ['finding', 'what a check has found, or missing', (value) => value === undefined || isFinding(value)],
];
const stepKinds: readonly unknown[] = ['command', 'sql', 'note'];
const problemsMax = 100;

/**
 * Reads what `planFileOf` made and somebody has written as JSON. Fields that it does not know are left out of account.
 *
 * @throws RefusedError `INVALID_PLAN_FILE` with every problem and where it stands
 */
export function readPlanFile(json: JsonValue, name: string): PlanFile {
  const problems = problemsOf(json);
  if (problems.length > 0) throw new RefusedError('INVALID_PLAN_FILE', name, problems.slice(0, problemsMax));
  return json as unknown as PlanFile;
}

function problemsOf(json: JsonValue): readonly Problem[] {
  const file = (isObject(json) ? json : {}) as Fields;
  const next = 'Make one: precede plan <workflow> --out plan.json';
  if (file['kind'] !== planFileKind) return [problem(`it is no plan file: its "kind" is not "${planFileKind}"`, next)];
  if (file['schema'] !== planFileSchema) {
    const message = `its schema is ${JSON.stringify(file['schema'])}; this version reads schema ${planFileSchema}`;
    return [problem(message, 'Make the plan anew with this version.')];
  }
  const tasks = Array.isArray(file['tasks']) ? (file['tasks'] as readonly unknown[]) : [];
  return [
    ...broken(file, fileRules, ''),
    ...tasks.flatMap((task, index) => {
      const path = `tasks[${index}]`;
      return isObject(task) ? broken(task as Fields, taskRules, `${path}.`) : [problem(`${path} is not an object`)];
    }),
  ];
}

function broken(fields: Fields, rules: readonly Rule[], path: string): readonly Problem[] {
  return rules
    .filter(([field, , isRight]) => !isRight(fields[field]))
    .map(([field, what]) => problem(`${path}${field} is not ${what}`));
}

function isFinding(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, steps, why } = value as Fields;
  if (kind === 'done') return true;
  if (kind === 'unknown') return isText(why);
  return kind === 'needed' && (steps === null || (Array.isArray(steps) && steps.every(isStep)));
}

function isStep(value: unknown): boolean {
  const { kind, host, text } = (isObject(value) ? value : {}) as Fields;
  return stepKinds.includes(kind) && isText(text) && (kind === 'note' || isText(host));
}

function problem(message: string, next?: string): Problem {
  return { code: 'INVALID_PLAN_FILE', message: `${message}.`, ...(next === undefined ? {} : { next }) };
}
