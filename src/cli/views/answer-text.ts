import { displayName } from '../../graph/index.ts';
import { durationText, planText, type EstimateOptions } from '../../plan/index.ts';
import type { AnsweredPlan } from '../from-task.ts';
import type { Output } from '../output.ts';
import { edgeLines } from './edge-lines.ts';

/**
 * A task of an answer as a plan for a terminal: that it was read and from where, its state, what its times are; then its
 * steps by wave with their states. Without edges it is a list. No line end at the end.
 */
export function answerText(answered: AnsweredPlan, out: Output, estimate: EstimateOptions): string {
  if (!answered.isOrdered) return answerEdges(answered, out);
  const { plan, tasks } = answered;
  const states = (task: number): string => tasks[task]?.state ?? '';
  const heading = [...headingOf(answered), timesOf(answered)];
  return planText(plan, { ...estimate, width: out.columns(), heading, states });
}

/** A task of an answer as a line a task: number, id, state, name and the numbers of the tasks before it. */
export function answerEdges(answered: AnsweredPlan, { paint }: Output): string {
  const { plan, tasks, isOrdered } = answered;
  const note = isOrdered ? [] : [`${tasks.length} tasks, by id: the answer tells no edges, so they are not ordered.`];
  return [...headingOf(answered), ...note, '', ...edgeLines({ plan, tasks, paint, hasIds: true })].join('\n');
}

/** What a drawing says of itself in a line of its own. */
export function answerTitle({ answer: { snapshot }, isOrdered }: AnsweredPlan): string {
  const note = isOrdered ? '' : '; the answer tells no edges';
  return `${displayName(snapshot.name)}, OCP task ${snapshot.id}, ${snapshot.state}${note}`;
}

function headingOf({ answer: { snapshot, shape, path }, source, tasks }: AnsweredPlan): readonly string[] {
  const counts = Array.from(
    Map.groupBy(tasks, ({ state }) => state),
    ([state, members]) => `${members.length} ${state}`,
  );
  const at = path === '' ? '' : `, at ${path}`;
  return [
    `${displayName(snapshot.name)}, OCP task ${snapshot.id}, ${snapshot.state}`,
    `Read from an answer of OCP (${shape}) in ${displayName(source)}${at}.`,
    ...(counts.length === 0 ? [] : [`States: ${counts.join(', ')}`]),
  ];
}

function timesOf({ plan: { tasks } }: AnsweredPlan): string {
  const guessed = tasks.filter(({ hasOwnEstimate }) => !hasOwnEstimate);
  const [first] = guessed;
  const bound = "Estimates are the tasks' time limits, an upper bound.";
  if (!first) return bound;
  const each = durationText(first.estimateMs);
  const guess = `Without a time limit: ${guessed.length} of ${tasks.length} tasks, each taken for ${each}, a guess.`;
  return guessed.length === tasks.length ? guess : `${bound} ${guess}`;
}
