import type { Run } from '../../run/index.ts';
import type { RunSnapshot } from '../../state/index.ts';

/**
 * A run as it is once its first task has been recorded as started: the others have not begun then. When no slot becomes
 * free for so long, or the run is another process's, as it is.
 */
export function firstStart(run: Run, waitMs: number): Promise<RunSnapshot> {
  const now = run.snapshot();
  if (!run.isLive || hasBegun(now)) return Promise.resolve(now);
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      stopTasks();
      stopRun();
      resolve(run.snapshot());
    };
    const timer = setTimeout(settle, waitMs);
    const stopTasks = run.on('task', ({ to }) => {
      if (to !== 'READY') settle();
    });
    const stopRun = run.on('run', ({ from, to }) => {
      if (from !== to) settle();
    });
  });
}

function hasBegun({ tasks, state }: RunSnapshot): boolean {
  return state !== 'RUNNING' || tasks.some((task) => task.state !== 'PENDING' && task.state !== 'READY');
}
