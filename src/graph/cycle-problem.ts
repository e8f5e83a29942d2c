import type { Problem } from '../errors/index.ts';
import { findCycle } from './cycle.ts';
import type { CycleFinding } from './cycle.ts';
import type { Digraph } from './digraph.ts';
import { displayName } from './display-name.ts';

const stepsShownMax = 20;
const keysInDetailsMax = 1_000;

/**
 * Says which tasks wait for each other, `a → b → c → a` in dependency order, and how many other cycles there are;
 * `undefined` when the graph has none. Long cycles are shown in part, and the first 1,000 keys stand in the details.
 */
export function cycleProblem(graph: Digraph, keyOf: (v: number) => string): Problem | undefined {
  const found = findCycle(graph);
  if (!found) return undefined;
  const { shortest, others, othersIsLowerBound } = found;
  return {
    code: 'CYCLE',
    message: `The tasks wait for each other: ${steps(shortest, keyOf)}.${otherCycles(found)}`,
    next: 'Remove one upstream along the cycle.',
    details: {
      cycle: shortest.slice(0, keysInDetailsMax).map(keyOf),
      cycleLength: shortest.length,
      others,
      othersIsLowerBound,
    },
  };
}

function steps(cycle: readonly number[], keyOf: (v: number) => string): string {
  const shown = cycle.slice(0, stepsShownMax).map((v) => displayName(keyOf(v)));
  const hidden = cycle.length - shown.length;
  const middle = hidden > 0 ? [`… ${hidden} more …`] : [];
  return [...shown, ...middle, ...shown.slice(0, 1)].join(' → ');
}

function otherCycles({ others, othersIsLowerBound }: CycleFinding): string {
  if (othersIsLowerBound) return ` At least ${others} other cycles exist.`;
  if (others === 0) return '';
  return others === 1 ? ' 1 other cycle exists.' : ` ${others} other cycles exist.`;
}
