import { createEngine, type Engine, type EngineOptions } from '../../src/run/index.ts';
import type { RunEvent } from '../../src/state/index.ts';
import { CrashingStore, type StoreProcess } from './crashing-store.ts';
import { drawnWorkflow, type DrawnTask } from './setup.ts';
import { VirtualClock } from './virtual-clock.ts';

export type Drawn<Keys extends string> = Readonly<Record<Keys, DrawnTask>>;
export type Parts = Parameters<typeof drawnWorkflow>[1];

/** A workflow on a store that outlives processes; each `process()` is an engine in one that can be killed. */
export function stage<Keys extends string>(drawing: Drawn<Keys>, parts: Parts = {}) {
  const world = new CrashingStore();
  const { workflow, tasks } = drawnWorkflow(drawing, parts);
  const process = (
    options: Partial<EngineOptions> = {},
  ): { engine: Engine; process: StoreProcess; clock: VirtualClock } => {
    const own = world.process();
    const clock = new VirtualClock();
    const engine = createEngine({
      ...{ random: () => 0, clock, store: own.store, workflows: [workflow], recover: false },
      ...options,
    });
    return { engine, process: own, clock };
  };
  const journal = async (): Promise<readonly RunEvent[]> => (await world.process().store.readRun(1))?.events ?? [];
  return { world, workflow, tasks, process, journal };
}
