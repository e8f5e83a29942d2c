import { appendFileSync } from 'node:fs';

/** What one kind of fault came to. */
export interface Figures {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** What else there is to say, the seed among it. */
  readonly details?: string;
}

/** Tells figures, in one line; and to whoever has started the tests, who adds them up. */
export function tellFigures(figures: Figures): void {
  const { name, passed, failed, details } = figures;
  process.stdout.write(`${name}: ${passed} passed, ${failed} failed${details === undefined ? '' : `; ${details}`}\n`);
  const file = process.env['PRECEDE_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figures)}\n`);
}
