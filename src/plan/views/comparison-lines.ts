import type { PlanEstimate } from '../estimate.ts';
import { durationText } from './duration-text.ts';

const gap = '  ';
const head = ['at a time', 'makespan', 'ratio', 'peak', 'lower bound'] as const;

/**
 * Concurrencies side by side, a line each after an empty one and a head; nothing when there are none to compare. The ratio is
 * that of the makespan to the lower bound, which is the critical path.
 */
export function comparisonLines({ comparison, criticalPathMs }: PlanEstimate): readonly string[] {
  if (comparison.length === 0) return [];
  const rows = comparison.map(({ concurrency, makespanMs, ratio, peakConcurrency }) => [
    concurrency === Infinity ? 'no limit' : String(concurrency),
    durationText(makespanMs),
    ratio.toFixed(2),
    String(peakConcurrency),
    durationText(criticalPathMs),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join(gap);
  return ['', ...[head, ...rows].map(line)];
}
