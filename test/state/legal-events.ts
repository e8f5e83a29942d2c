import fc from 'fast-check';
import { UpstreamBuilder, type Digraph } from '../../src/graph/index.ts';
import type { RunEvent } from '../../src/state/index.ts';
import { NaiveRun } from './naive-run.ts';
import { everyEvent } from './run-events.ts';

/** Random upstreams: each task names only tasks before it. */
export function graphs(): fc.Arbitrary<number[][]> {
  return fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 7 })
    .map((lists) =>
      lists.map((list, index) => (index === 0 ? [] : [...new Set(list.map((upstream) => upstream % index))])),
    );
}

/** The graph of those upstreams. */
export function digraph(upstreams: readonly (readonly number[])[]): Digraph {
  const builder = new UpstreamBuilder();
  for (const list of upstreams) builder.add(list);
  return builder.build();
}

/** Events that the rules allow one after the other: each choice takes the next one. */
export function legalEvents(upstreams: readonly (readonly number[])[], choices: readonly number[]): RunEvent[] {
  const naive = new NaiveRun(upstreams);
  const events: RunEvent[] = [];
  for (const [step, choice] of choices.entries()) {
    const candidates = [
      ...everyEvent(upstreams.length, { atMs: step, attempt: step + 1 }),
      ...wholeRollback(naive, step),
    ];
    const event = preferred(
      candidates.filter((candidate) => naive.allows(candidate)),
      choice,
    );
    if (!event) break;
    naive.apply(event);
    events.push(event);
  }
  return events;
}

/** What an operator would roll back. */
export function wholeRollback(naive: NaiveRun, atMs: number): RunEvent[] {
  return [{ type: 'run-rollback-started', tasks: naive.toUndo(), atMs, by: 'somebody' }];
}

/** Half of the choices go to what tasks do, so that runs get somewhere. */
export function preferred(legal: readonly RunEvent[], choice: number): RunEvent | undefined {
  const ofTasks = legal.filter((event) => 'task' in event);
  const pool = choice % 2 === 0 && ofTasks.length > 0 ? ofTasks : legal;
  return pool[(choice >> 1) % pool.length];
}
