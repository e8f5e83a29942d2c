import { RefusedError, type Problem } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import { createScrubber } from '../secrets/index.ts';

/**
 * Names of tasks, lanes and claims are recorded and sent as they are, so a plan in which one of them holds a secret value
 * of the input is not run. The refusal does not repeat the name. O(tasks) when there are secrets, else O(1).
 *
 * @throws RefusedError `SECRET_IN_NAME`
 */
export function refuseSecretNames(plan: Plan): void {
  const problems = secretNameProblems(plan);
  if (problems.length > 0)
    throw new RefusedError('SECRET_IN_NAME', `Workflow "${plan.workflow.name}" is not run`, problems);
}

/** What `refuseSecretNames` refuses with; empty when nothing is wrong. */
export function secretNameProblems({ tasks, claims, secrets }: Plan): readonly Problem[] {
  if (secrets.length === 0) return [];
  const scrubber = createScrubber(secrets);
  const showsSecret = (text: string): boolean => scrubber.text(text) !== text;
  const problems = tasks.flatMap(({ key, name, description, lane }, index) =>
    [key, name, description, lane?.key ?? ''].some(showsSecret) ? [problem(`task ${index + 1}`)] : [],
  );
  return claims.some(showsSecret) ? [...problems, problem('a claim')] : problems;
}

function problem(what: string): Problem {
  return {
    code: 'SECRET_IN_NAME',
    message: `the name, key or description of ${what} holds a secret value of the input.`,
    next: 'Name it by something that may be shown.',
  };
}
