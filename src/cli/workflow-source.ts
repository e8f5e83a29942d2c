import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest, type RefusedError } from '../errors/index.ts';
import { displayName } from '../graph/index.ts';
import { workflowFromGraph, type GraphData, type Workflow } from '../workflow/index.ts';
import { parseJson } from './json-input.ts';

import { packageRoot } from './package-root.ts';
import { refusal } from './refusal.ts';

/** A workflow, and where another process finds it again. */
export interface LoadedWorkflow {
  readonly workflow: Workflow;
  /** The name of a built-in one, or the absolute path of a file. */
  readonly source: string;
}

const moduleExtensions = ['.ts', '.mts', '.js', '.mjs'];

/**
 * Finds a workflow: by the name of one that comes with the package, by the path of a module whose default export is
 * one, or by the path of a JSON file that holds a graph.
 *
 * @throws RefusedError `UNKNOWN_WORKFLOW`, `NOT_A_WORKFLOW`, `WORKFLOW_FILE_FAILED`, `INVALID_JSON` or `INVALID_GRAPH`
 */
export async function loadWorkflow(given: string): Promise<LoadedWorkflow> {
  if (builtInNames().includes(given)) return await loadBuiltIn(given);
  const file = resolve(given);
  const extension = extname(file);
  if (!existsSync(file) || !['.json', ...moduleExtensions].includes(extension)) throw unknownWorkflow(given, file);
  if (extension === '.json') return { workflow: graphWorkflow(file), source: file };
  return { workflow: workflowOf(await importFile(file), file), source: file };
}

/** The workflows that come with the package. */
function builtInNames(): readonly string[] {
  const folders = readdirSync(join(packageRoot, 'workflows'), { withFileTypes: true });
  return folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function loadBuiltIn(name: string): Promise<LoadedWorkflow> {
  // By its name in the package, so that it is the source in a checkout and the build elsewhere.
  const module: unknown = await import(`precede/workflows/${name}`);
  return { workflow: workflowOf(module, name), source: name };
}

function graphWorkflow(file: string): Workflow {
  // What is wrong with it is for the graph workflow to say.
  const data = parseJson(readText(file), file);
  return workflowFromGraph(data as unknown as GraphData);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw failedFile(file, error);
  }
}

async function importFile(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw failedFile(file, error);
  }
}

function workflowOf(module: unknown, where: string): Workflow {
  const found = (module as { readonly default?: unknown }).default;
  if (isWorkflow(found)) return found;
  throw refusal(where, {
    code: 'NOT_A_WORKFLOW',
    message: `its default export is ${found === undefined ? 'missing' : 'not a workflow'}.`,
    next: 'Write: export default defineWorkflow({ … }).',
  });
}

function isWorkflow(value: unknown): value is Workflow {
  if (typeof value !== 'object' || value === null) return false;
  return 'expand' in value && 'hooks' in value && 'inputSchema' in value && 'name' in value;
}

function failedFile(file: string, cause: unknown): RefusedError {
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const error = refusal(file, {
    code: 'WORKFLOW_FILE_FAILED',
    message: `the file could not be loaded${lineIn(file, cause)}. ${message}`,
    next: 'Correct the file; --debug shows the stack.',
  });
  error.cause = cause;
  return error;
}

/** The place in the file that the stack names first. */
function lineIn(file: string, cause: unknown): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const url = pathToFileURL(file).href;
  const at = [url, file].map((name) => stack.indexOf(`${name}:`)).find((index) => index !== -1);
  if (at === undefined) return '';
  const [, line] = /:(\d+)/.exec(stack.slice(at + Math.min(url.length, file.length))) ?? [];
  return line === undefined ? '' : ` (line ${line})`;
}

function unknownWorkflow(given: string, file: string): RefusedError {
  const names = builtInNames();
  const meant = nearest(given, names);
  const exists = existsSync(file);
  const message = exists
    ? `"${displayName(given)}" is neither a module (${moduleExtensions.join(', ')}) nor a .json file.`
    : `there is no workflow "${displayName(given)}", and no such file.`;
  const suggestion = meant === undefined ? '' : `Did you mean ${meant}? `;
  const next = `${suggestion}Built in: ${names.join(', ')}. Else give the path of a .ts, .js or .json file.`;
  return refusal('Unknown workflow', { code: 'UNKNOWN_WORKFLOW', message, next });
}
