import { expect } from 'vitest';
import type { PrecedeError } from '../../src/errors/index.ts';
import type { OperationResult } from '../../src/run/index.ts';
import type { Stage } from './setup.ts';
import { quiet } from './turns.ts';

/** Expects that an action is refused in these words, and changes neither the journal nor what is in memory. */
export async function expectRefused(
  stage: Stage<string>,
  call: Promise<OperationResult>,
  ...says: string[]
): Promise<void> {
  const before = [await stage.journal(), stage.run.snapshot(), stage.told.length];
  const error = await call.then(
    () => expect.fail('it was not refused'),
    (refusal: unknown) => refusal as PrecedeError,
  );
  expect(error).toMatchObject({ code: 'OPERATION_REFUSED' });
  for (const part of says) expect(`${error.message} ${error.next ?? ''}`).toContain(part);
  await quiet();
  expect([await stage.journal(), stage.run.snapshot(), stage.told.length]).toEqual(before);
}
