import { createHash } from 'node:crypto';
import { upstreamsOf } from '../graph/index.ts';
import type { Declaration, InputSchema, Workflow } from '../workflow/index.ts';

/**
 * SHA-256, in hex, over what makes two plans the same procedure: workflow, version, input schema where its library tells
 * it as JSON Schema, task keys and kinds in order, edges. O(tasks + edges log upstreams).
 */
export function fingerprintOf(
  { name, version, inputSchema }: Pick<Workflow, 'name' | 'version' | 'inputSchema'>,
  { tasks, graph }: Pick<Declaration, 'tasks' | 'graph'>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([name, version, schemaText(inputSchema)]));
  for (const [index, task] of tasks.entries()) {
    hash.update(JSON.stringify([task.key, task.kind, [...upstreamsOf(graph, index).toSorted()]]));
  }
  return hash.digest('hex');
}

const schemaTexts = new WeakMap<object, string>();

function schemaText(schema: InputSchema): string {
  const known = schemaTexts.get(schema);
  if (known !== undefined) return known;
  const text = describedSchema(schema);
  schemaTexts.set(schema, text);
  return text;
}

function describedSchema({ '~standard': { jsonSchema } }: InputSchema): string {
  try {
    return JSON.stringify(jsonSchema?.input({ target: 'draft-2020-12' }) ?? null);
  } catch {
    // It holds what JSON Schema has no word for.
    return 'null';
  }
}
