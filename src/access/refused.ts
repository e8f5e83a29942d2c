import { RefusedError } from '../errors/index.ts';

/** A refusal with one problem, which has the refusal's own code. */
export function refused<Code extends string>(
  code: Code,
  subject: string,
  { message, next }: { readonly message: string; readonly next: string },
): RefusedError<Code> {
  return new RefusedError(code, subject, [{ code, message, next }]);
}
