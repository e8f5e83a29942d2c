import type { JsonValue } from '../json/index.ts';
import type { DeclaredTask, OutputSource } from '../workflow/index.ts';

/** Gives a task's recorded output, or throws a named error when there is none to read. */
export type OutputReader = (task: number) => JsonValue;

/**
 * What a body sees as `upstream`: its sources by name, or by position. Read lazily, so that a missing output only
 * matters to a body that reads it.
 */
export function upstreamOutputs(sources: DeclaredTask['sources'], read: OutputReader): unknown {
  const target: object = isList(sources) ? [] : {};
  for (const [name, source] of Object.entries(sources)) {
    Object.defineProperty(target, name, { enumerable: true, get: () => readSource(source, read) });
  }
  return target;
}

function isList(sources: DeclaredTask['sources']): sources is readonly OutputSource[] {
  return Array.isArray(sources);
}

function readSource(source: OutputSource, read: OutputReader): JsonValue {
  return 'task' in source ? read(source.task) : source.tasks.map(read);
}
