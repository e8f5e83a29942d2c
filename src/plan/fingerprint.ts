import { createHash } from 'node:crypto';
import { upstreamsOf } from '../graph/index.ts';
import type { Declaration, InputSchema, Workflow } from '../workflow/index.ts';

/**
 * SHA-256, in hex, over what makes two plans the same procedure: workflow, version, task keys and kinds in order, edges.
 * O(tasks + edges log upstreams).
 */
export function fingerprintOf(
  { name, version }: Pick<Workflow, 'name' | 'version'>,
  { tasks, graph }: Pick<Declaration, 'tasks' | 'graph'>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([name, version]));
  for (const [index, task] of tasks.entries()) {
    hash.update(JSON.stringify([task.key, task.kind, [...upstreamsOf(graph, index).toSorted()]]));
  }
  return hash.digest('hex');
}

const schemaPrints = new WeakMap<object, string>();

/** SHA-256, in hex, over the input schema, where its library tells it as JSON Schema. */
export function schemaFingerprintOf(schema: InputSchema): string {
  const known = schemaPrints.get(schema);
  if (known !== undefined) return known;
  const print = createHash('sha256').update(describedSchema(schema)).digest('hex');
  schemaPrints.set(schema, print);
  return print;
}

function describedSchema({ '~standard': { jsonSchema } }: InputSchema): string {
  try {
    return JSON.stringify(jsonSchema?.input({ target: 'draft-2020-12' }) ?? null);
  } catch {
    // It holds what JSON Schema has no word for.
    return 'null';
  }
}
