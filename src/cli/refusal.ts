import { RefusedError } from '../errors/index.ts';

/** A refusal with one problem. */
export function refusal(
  subject: string,
  problem: { readonly code: string; readonly message: string; readonly next?: string },
): RefusedError {
  return new RefusedError(problem.code, subject, [problem]);
}
