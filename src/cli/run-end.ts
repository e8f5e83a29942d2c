import type { Engine, Run } from '../run/index.ts';
import { isInFlight, type RunSnapshot } from '../state/index.ts';

/** How following a run came to its end. */
export type RunEnd =
  /** It has ended and nothing of it is in flight. */
  | 'settled'
  /** Nothing more can happen: a task's outcome cannot be told, and somebody has to say what became of it. */
  | 'waits-for-resolve'
  /** It is paused, and nothing of it is under way. */
  | 'paused';

/** How long a run is followed. */
export interface Following {
  /** Whether somebody else may let a paused run go on, which is waited for. */
  readonly waitsWhilePaused: boolean;
}

/** Resolves when a run has ended, or can get no further by itself. Rejects when it can no longer be recorded. */
export async function runEnd(engine: Engine, run: Run, { waitsWhilePaused }: Following): Promise<RunEnd> {
  const stuck = Promise.withResolvers<RunEnd>();
  let hasUnknown = run.snapshot().tasks.some(({ state }) => state === 'UNKNOWN');
  const look = (): void => {
    const isPaused = run.state === 'PAUSED' && !waitsWhilePaused;
    if (!hasUnknown && !isPaused) return;
    const snapshot = run.snapshot();
    if (isStuck(snapshot)) stuck.resolve('waits-for-resolve');
    else if (isPaused && !snapshot.tasks.some(({ state }) => isInFlight(state))) stuck.resolve('paused');
  };
  const stops = [
    engine.on('task', ({ runId, to }) => {
      if (runId !== run.id) return;
      hasUnknown ||= to === 'UNKNOWN';
      look();
    }),
    engine.on('run', ({ runId }) => {
      if (runId === run.id) look();
    }),
  ];
  // A run that only waits, paused say, keeps no process alive by itself.
  const keepAlive = setInterval(() => undefined, keepAliveMs);
  try {
    look();
    return await Promise.race([run.outcome().then((): RunEnd => 'settled'), stuck.promise]);
  } finally {
    clearInterval(keepAlive);
    for (const stop of stops) stop();
  }
}

/** As long as a timer can be. */
const keepAliveMs = 2 ** 31 - 1;

function isStuck({ state, tasks }: RunSnapshot): boolean {
  if (state !== 'RUNNING' && state !== 'PAUSED') return false;
  const states = tasks.map((task) => task.state);
  if (!states.includes('UNKNOWN') || states.some(isInFlight)) return false;
  return !states.includes('READY') || states.includes('FAILED') || states.includes('CANCELLED');
}
