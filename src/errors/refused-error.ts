import type { JsonObject } from '../json/index.ts';
import { PrecedeError } from './precede-error.ts';

/** One thing that is wrong with what was asked for. */
export interface Problem {
  /** A literal such as `DUPLICATE_KEY`. */
  readonly code: string;
  readonly message: string;
  /** What the reader can do next, when that differs from the obvious. */
  readonly next?: string | undefined;
  readonly details?: JsonObject | undefined;
}

/**
 * What was asked for cannot be done, and nothing was started or changed. Carries every problem that was found,
 * not only the first. The CLI ends with exit code 2 on it.
 */
export class RefusedError<Code extends string = string> extends PrecedeError<Code> {
  readonly problems: readonly Problem[];

  /** @param facts what holds for all of it; stands in `details` beside the problems */
  constructor(code: Code, subject: string, problems: readonly Problem[], facts: JsonObject = {}) {
    super(code, {
      message: describeProblems(subject, problems),
      next: problems.find((problem) => problem.next !== undefined)?.next,
      details: { ...facts, problems: problems.map(problemDetails) },
    });
    this.problems = problems;
  }
}

function describeProblems(subject: string, problems: readonly Problem[]): string {
  const [only] = problems;
  if (problems.length === 1 && only) return `${subject}: ${only.message}`;
  const lines = problems.map((problem) => `  - [${problem.code}] ${problem.message}`);
  return `${subject}: ${problems.length} problems\n${lines.join('\n')}`;
}

function problemDetails(problem: Problem): JsonObject {
  return {
    code: problem.code,
    message: problem.message,
    ...(problem.next === undefined ? {} : { next: problem.next }),
    ...problem.details,
  };
}
