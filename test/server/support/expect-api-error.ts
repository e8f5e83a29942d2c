import { expect } from 'vitest';
import { ApiError } from '../../../src/server/api-error.ts';

/** Expects that a call is refused with status 400 and a code, in words that hold all the parts. */
export function expectBadRequest(call: () => unknown, ocpCode: string, ...parts: readonly string[]): void {
  const error = errorOf(call);
  expect(error).toMatchObject({ status: 400, ocpCode });
  for (const part of parts) expect(error.message).toContain(part);
}

function errorOf(call: () => unknown): ApiError {
  try {
    call();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  return expect.fail('it was not refused');
}
