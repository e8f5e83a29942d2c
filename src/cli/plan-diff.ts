import { differenceLines, planDifferences } from '../plan/index.ts';
import { cleanLine } from '../text/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { Output } from './output.ts';
import { openPlanFile } from './plan-file.ts';

/** Says in what two plan files differ. @returns the exit code: 0 when they are the same, 1 when they differ */
export function diffPlans(before: string, after: string, format: 'text' | 'json', out: Output): number {
  const differences = planDifferences(openPlanFile(before), openPlanFile(after));
  if (format === 'json') out.lines([JSON.stringify({ isSame: differences.length === 0, differences }, null, 2)]);
  else if (differences.length === 0) out.lines(['The plans are the same.']);
  else out.lines(differences.flatMap(differenceLines).map((line) => painted(cleanLine(line), out)));
  return differences.length === 0 ? exitCodes.done : exitCodes.failed;
}

function painted(line: string, { paint }: Output): string {
  if (line.startsWith('  - ')) return paint('bad', line);
  return line.startsWith('  + ') ? paint('good', line) : line;
}
