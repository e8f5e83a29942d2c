/**
 * How much slower than the figures this machine may be: 1 holds it to them. Machines that prove each commit differ, and have
 * neighbours; there a factor of two still tells what has become much slower, and the figures themselves are printed.
 */
const slack = Number(process.env['PRECEDE_SLACK'] ?? '1');

/** A time that must not be exceeded. */
export function atMost(limit: number): number {
  return limit * slack;
}

/** A rate or a share that has to be reached. */
export function atLeast(limit: number): number {
  return limit / slack;
}
