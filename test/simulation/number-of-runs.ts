import process from 'node:process';

/** How many cases a property tries: so many, times `PRECEDE_RUNS`. */
export function numberOfRuns(usual: number): number {
  const factor = Number(process.env['PRECEDE_RUNS'] ?? 1);
  return Math.max(1, Math.round(usual * (Number.isFinite(factor) ? factor : 1)));
}
