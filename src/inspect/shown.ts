import type { Scrubber } from '../secrets/index.ts';
import type { PreviewStep } from '../workflow/index.ts';
import type { InspectionProblem, TaskFinding } from './task-finding.ts';

/** A finding as it may be seen. */
export function shownFinding(finding: TaskFinding, scrubber: Scrubber): TaskFinding {
  switch (finding.kind) {
    case 'done':
      return { kind: 'done', output: scrubber.json(finding.output) };
    case 'needed':
      return { kind: 'needed', steps: finding.steps?.map((step) => shownStep(step, scrubber)) };
    case 'unknown':
      return { kind: 'unknown', why: scrubber.text(finding.why) };
  }
}

/** A problem as it may be seen: its code and words, and which tasks meet it. */
export function shownProblem({ code, message, next, tasks }: InspectionProblem, scrubber: Scrubber): InspectionProblem {
  return {
    code: scrubber.text(code),
    message: scrubber.text(message),
    ...(next === undefined ? {} : { next: scrubber.text(next) }),
    tasks,
  };
}

function shownStep(step: PreviewStep, scrubber: Scrubber): PreviewStep {
  const text = scrubber.text(step.text);
  return step.kind === 'note' ? { kind: 'note', text } : { kind: step.kind, host: scrubber.text(step.host), text };
}
