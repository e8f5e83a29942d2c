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
  const hash = createHash('sha256');
  let text = JSON.stringify([name, version]);
  for (const [index, task] of tasks.entries()) {
    // As JSON of a list would be written, which is what recorded fingerprints were made of.
    text += `[${JSON.stringify(task.key)},"${task.kind}",[${ascending(upstreamsOf(graph, index)).join(',')}]]`;
    if (text.length < hashedAtATime) continue;
    hash.update(text);
    text = '';
  }
  return hash.update(text).digest('hex');
}

/** Characters; each call of the hash costs more than to hash one task. */
const hashedAtATime = 65_536;

function ascending(indices: Int32Array): Int32Array {
  return indices.length > 1 ? indices.toSorted() : indices;
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
