import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RefusedError, type Problem } from '../../errors/index.ts';
import { crossProblems, type CrossCheck } from './cross-problems.ts';
import { describeFleet } from './describe-fleet.ts';
import { locatedProblem, type FieldProblem } from './field-problem.ts';
import type { FleetDescription } from './fleet-description.ts';
import { inventorySchema } from './inventory-schema.ts';
import { referenceProblems, type ReferenceCheck, type References } from './reference-problems.ts';
import { schemaProblems } from './schema-problems.ts';
import { soundParts } from './sound-parts.ts';
import { readYaml } from './yaml-source.ts';

/** How strictly a file is read. */
export interface ReadOptions extends CrossCheck, Pick<ReferenceCheck, 'isThorough'> {}

const fileBytesMax = 8 * 1024 * 1024;
const problemsMax = 200;

/**
 * Reads an inventory file (YAML or JSON) and says what it describes. Every problem is told at once, each as
 * `file:line:column field: …`.
 *
 * @throws RefusedError `INVALID_INVENTORY` with what is wrong, `INVENTORY_UNREADABLE` when there is nothing to read
 */
export async function readInventoryFile(given: string, options: ReadOptions = {}): Promise<FleetDescription> {
  const text = await textOf(given);
  return await readInventoryText(text, { ...options, name: given, file: resolve(given) });
}

/** As `readInventoryFile`, for a text that came from `file` (absolute) and is called `name` in messages. */
export async function readInventoryText(
  text: string,
  { name, file, ...options }: ReadOptions & { readonly name: string; readonly file: string },
): Promise<FleetDescription> {
  const source = readYaml(text);
  const refuse = (problems: readonly FieldProblem[]): void => {
    if (problems.length > 0) throw invalid(problems.map((problem) => locatedProblem(name, source, problem)));
  };
  if (source.mistakes.length > 0) {
    throw invalid(
      source.mistakes.map(({ place: { line, column }, message }) => ({
        code: 'YAML_SYNTAX',
        message: `${name}:${line}:${column} ${message}`,
        details: { file: name, line, column },
      })),
    );
  }
  const inEntries = [...schemaProblems(source.value), ...crossProblems(source.value, options)];
  const entries = inventorySchema.safeParse(source.value).data;
  const references: References = entries ?? soundParts(inventorySchema, source.value);
  const outside = await referenceProblems(references, { file, isThorough: options.isThorough ?? false });
  refuse([...inEntries, ...outside]);
  if (!entries) throw new TypeError('a file without problems that the schema does not take');
  return describeFleet(entries, file);
}

function invalid(problems: readonly Problem[]): RefusedError<'INVALID_INVENTORY'> {
  const sorted = problems.toSorted((a, b) => lineOf(a) - lineOf(b)).slice(0, problemsMax);
  return new RefusedError('INVALID_INVENTORY', 'Inventory file', sorted);
}

function lineOf({ details }: Problem): number {
  return Number(details?.['line'] ?? 0) * 100_000 + Number(details?.['column'] ?? 0);
}

async function textOf(given: string): Promise<string> {
  try {
    const { size } = await stat(given);
    if (size > fileBytesMax) throw new Error(`it has ${size} bytes, ${fileBytesMax} are read`);
    return await readFile(given, 'utf8');
  } catch (cause) {
    throw new RefusedError('INVENTORY_UNREADABLE', given, [
      {
        code: 'INVENTORY_UNREADABLE',
        message: `the inventory cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
        next: 'Check the path and the permissions.',
      },
    ]);
  }
}
