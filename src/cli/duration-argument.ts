import { InvalidArgumentError } from 'commander';
import { displayName } from '../graph/index.ts';

const unitsMs: Readonly<Record<string, number>> = Object.freeze({
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
});

/**
 * A length of time on the command line, such as `250ms`, `90s`, `30m`, `1.5h` or `30d`, in milliseconds; more than 0.
 *
 * @throws InvalidArgumentError that names what is wrong: the unit, the number, or the lack of either
 */
export function duration(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)([a-zA-Z]*)$/.exec(text) ?? [];
  if (number === '') throw new InvalidArgumentError(`It is a number with its unit, such as 90s or 30m.`);
  const unitMs = Object.hasOwn(unitsMs, unit) ? unitsMs[unit] : undefined;
  if (unitMs === undefined) {
    const what = unit === '' ? 'It has no unit' : `"${displayName(unit)}" is not a unit`;
    throw new InvalidArgumentError(`${what}: ms, s, m, h and d are.`);
  }
  const ms = Math.round(Number(number) * unitMs);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('It is more than 0 ms.');
}
