import { createHash } from 'node:crypto';
import { upstreamsOf } from '../graph/index.ts';
import type { Declaration, Workflow } from '../workflow/index.ts';

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
