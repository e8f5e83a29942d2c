import { expect } from 'vitest';
import { RefusedError } from '../../src/errors/index.ts';
import { fromTaskAnswer } from '../../src/ocp/index.ts';

/** What is wrong with an answer, each problem as its code and its path; empty when it is read. */
export function problemsOf(json: unknown): readonly string[] {
  try {
    fromTaskAnswer(json);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    expect(error.code).toBe('INVALID_TASK_INFO');
    return error.problems.map(({ code, details }) => `${code} ${pathIn(details)}`);
  }
  return [];
}

function pathIn(details: Readonly<Record<string, unknown>> = {}): string {
  return typeof details['path'] === 'string' ? details['path'] : '';
}
