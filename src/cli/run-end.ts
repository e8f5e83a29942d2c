import type { Engine, Run } from '../run/index.ts';
import { isInFlight, type RunSnapshot } from '../state/index.ts';

/** How following a run came to its end. */
export type RunEnd =
  /** It has ended and nothing of it is in flight. */
  | 'settled'
  /** Nothing more can happen: a task's outcome cannot be told, and somebody has to say what became of it. */
  | 'waits-for-resolve';

/** Resolves when a run has ended, or can get no further by itself. Rejects when it can no longer be recorded. */
export async function runEnd(engine: Engine, run: Run): Promise<RunEnd> {
  const stuck = Promise.withResolvers<RunEnd>();
  const look = (): void => {
    if (isStuck(run.snapshot())) stuck.resolve('waits-for-resolve');
  };
  let hasUnknown = false;
  const stop = engine.on('task', ({ to }) => {
    hasUnknown ||= to === 'UNKNOWN';
    if (hasUnknown) look();
  });
  try {
    return await Promise.race([run.outcome().then((): RunEnd => 'settled'), stuck.promise]);
  } finally {
    stop();
  }
}

function isStuck({ state, tasks }: RunSnapshot): boolean {
  if (state !== 'RUNNING' && state !== 'PAUSED') return false;
  const states = tasks.map((task) => task.state);
  if (!states.includes('UNKNOWN') || states.some(isInFlight)) return false;
  return !states.includes('READY') || states.includes('FAILED') || states.includes('CANCELLED');
}
