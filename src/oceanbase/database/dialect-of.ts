import { PrecedeError } from '../../errors/index.ts';
import type { Dialect } from './dialect.ts';
import { dialect2x } from './dialect-2x.ts';
import { dialect4x } from './dialect-4x.ts';

const dialects: ReadonlyMap<string, Dialect> = new Map([
  ['2', dialect2x],
  ['3', dialect2x],
  ['4', dialect4x],
]);

/**
 * How a version of OceanBase (`2.2.75`, `4.3.5.1`) is spoken to, and what its servers are made of: the one place where
 * a version decides anything.
 *
 * @throws PrecedeError `OB_VERSION_UNKNOWN` for any but 2.x, 3.x and 4.x
 */
export function dialectOf(obVersion: string): Dialect {
  const [, major = ''] = /^(\d+)\./.exec(obVersion) ?? [];
  const dialect = dialects.get(major);
  if (dialect) return dialect;
  throw new PrecedeError('OB_VERSION_UNKNOWN', {
    message: `OceanBase ${obVersion} is not a version that can be spoken to.`,
    next: 'Use a cluster of version 2.x, 3.x or 4.x.',
    details: { obVersion },
  });
}
