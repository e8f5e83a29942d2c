import { DatabaseError } from './database-error.ts';

/**
 * Why none of a cluster's addresses let us in. One failure stands for itself; several become one error, with their
 * common code or else DB_UNREACHABLE.
 */
export function noneReachable(failures: readonly DatabaseError[]): DatabaseError {
  const [first] = failures;
  if (first === undefined) {
    return new DatabaseError('DB_UNREACHABLE', {
      message: 'The inventory knows no SQL address for the cluster.',
      next: 'Record at least one server of the cluster with its SQL port.',
      mayHaveRun: false,
    });
  }
  if (failures.length === 1) return first;
  const code = failures.every((failure) => failure.code === first.code) ? first.code : 'DB_UNREACHABLE';
  const reasons = failures.map((failure) => failure.message);
  return new DatabaseError(code, {
    message: `None of ${String(failures.length)} database addresses could be used: ${reasons.join('; ')}`,
    mayHaveRun: false,
    details: { reasons },
  });
}
