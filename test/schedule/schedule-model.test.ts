import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LimitPool } from '../../src/schedule/index.ts';
import type { Schedule } from '../../src/schedule/index.ts';
import { hangMs } from '../graph/graphs.ts';
import { anyScene, sceneLimits, scheduleOf } from './schedules.ts';
import type { Scene } from './schedules.ts';

type Standing = 'pending' | 'queued' | 'taken' | 'idle' | 'settled';

/** Several schedules on one pool, as plain lists: what the answer must be, found by looking at everything. */
class Model {
  readonly standings: Standing[][];
  readonly #scenes: readonly Scene[];

  constructor(scenes: readonly Scene[]) {
    this.#scenes = scenes;
    this.standings = scenes.map(({ drawing }) => Array.from({ length: drawing.size }, () => 'pending'));
    for (const run of scenes.keys()) this.queueReady(run);
  }

  inUse(name: string): number {
    return this.#scenes.flatMap((scene, run) =>
      scene.limits.filter((limits, task) => limits.includes(name) && this.standings[run]?.[task] === 'taken'),
    ).length;
  }

  hasRoom(run: number, task: number): boolean {
    const limits = this.#scenes[run]?.limits[task] ?? [];
    return limits.every((name) => this.inUse(name) < sceneLimits[name as keyof typeof sceneLimits]);
  }

  /** The queued task of highest priority whose limits have room; -1 when there is none. */
  best(run: number): number {
    const { priority = [] } = this.#scenes[run] ?? {};
    const startable = this.tasks(run, 'queued').filter((task) => this.hasRoom(run, task));
    const highest = Math.max(...startable.map((task) => priority[task] ?? NaN));
    return startable.find((task) => priority[task] === highest) ?? -1;
  }

  tasks(run: number, standing: Standing): number[] {
    return (this.standings[run] ?? []).flatMap((other, task) => (other === standing ? [task] : []));
  }

  set(run: number, task: number, standing: Standing): void {
    const standings = this.standings[run];
    if (standings) standings[task] = standing;
  }

  /** Queues every pending task whose upstreams are settled, and says which. */
  queueReady(run: number): number[] {
    const { edges = [] } = this.#scenes[run]?.drawing ?? {};
    const isSettled = (task: number): boolean => this.standings[run]?.[task] === 'settled';
    const upstreams = (task: number): number[] => edges.filter(([, to]) => to === task).map(([from]) => from);
    const ready = this.tasks(run, 'pending').filter((task) => upstreams(task).every(isSettled));
    for (const task of ready) this.set(run, task, 'queued');
    return ready;
  }
}

type Action = 'take' | 'succeed' | 'fail' | 'offer' | 'withdraw' | 'settle' | 'look';

interface Step {
  readonly run: number;
  readonly action: Action;
  /** Picks one of the tasks that the action can be done to. */
  readonly pick: number;
}

type Change = Exclude<Action, 'take' | 'look'>;

const picksFrom: Readonly<Record<Change, readonly Standing[]>> = {
  succeed: ['taken'],
  fail: ['taken'],
  offer: ['idle'],
  withdraw: ['queued'],
  settle: ['pending', 'queued', 'idle'],
};

function play(model: Model, schedules: readonly Schedule[], { run, action, pick }: Step): void {
  const schedule = schedules[run];
  if (!schedule) return;
  const best = model.best(run);
  if (action === 'look') expect(schedule.hasStartable()).toBe(best !== -1);
  else if (action === 'take') {
    expect(schedule.take()).toBe(best);
    if (best !== -1) model.set(run, best, 'taken');
  } else {
    const possible = picksFrom[action].flatMap((standing) => model.tasks(run, standing));
    const task = possible[pick % possible.length];
    if (task !== undefined) change(schedule, action, task);
    if (task !== undefined) changeModel({ model, schedule, run }, action, task);
  }
}

function change(schedule: Schedule, action: Change, task: number): void {
  if (action === 'succeed' || action === 'fail') schedule.release(task);
  if (action === 'offer') schedule.offer(task);
  if (action === 'withdraw') expect(schedule.withdraw(task)).toBe(true);
}

function changeModel(played: { model: Model; schedule: Schedule; run: number }, action: Change, task: number): void {
  const { model, schedule, run } = played;
  model.set(run, task, action === 'offer' ? 'queued' : 'idle');
  if (action !== 'succeed' && action !== 'settle') return;
  model.set(run, task, 'settled');
  expect(schedule.settle(task)).toEqual(model.queueReady(run));
}

function compare(model: Model, schedules: readonly Schedule[], pool: LimitPool): void {
  for (const [name, size] of Object.entries(sceneLimits)) {
    expect(pool.inUse(pool.slotFor(name))).toBe(model.inUse(name));
    expect(model.inUse(name)).toBeLessThanOrEqual(size);
  }
  for (const [run, schedule] of schedules.entries()) {
    expect(schedule.ready()).toBe(model.tasks(run, 'queued').length);
    expect(schedule.taken()).toBe(model.tasks(run, 'taken').length);
    expect(schedule.settled()).toBe(model.tasks(run, 'settled').length);
    for (const task of model.tasks(run, 'queued')) {
      expect(schedule.blockedBy(task) === undefined).toBe(model.hasRoom(run, task));
    }
  }
}

const steps = fc.array(
  fc.record<Step>({
    run: fc.nat({ max: 2 }),
    action: fc.oneof(
      { weight: 6, arbitrary: fc.constant<Action>('take') },
      { weight: 4, arbitrary: fc.constant<Action>('succeed') },
      { weight: 4, arbitrary: fc.constantFrom<Action>('fail', 'offer', 'withdraw', 'settle', 'look') },
    ),
    pick: fc.nat(),
  }),
  { minLength: 20, maxLength: 150 },
);

describe('schedules on one pool', { timeout: hangMs }, () => {
  it('always take the best task that has room, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(anyScene(12), { minLength: 3, maxLength: 3 }), steps, (scenes, played) => {
        const pool = new LimitPool(sceneLimits);
        const model = new Model(scenes);
        const schedules = scenes.map((scene) => scheduleOf(scene, pool));
        for (const step of played) {
          play(model, schedules, step);
          compare(model, schedules, pool);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('all come to an end when each takes whenever it can or is told of room, and leave nothing held', () => {
    fc.assert(
      fc.property(
        fc.array(anyScene(20), { minLength: 3, maxLength: 3 }),
        fc.infiniteStream(fc.nat()),
        (scenes, random) => {
          const pool = new LimitPool(sceneLimits);
          const running: { run: number; task: number }[] = [];
          const schedules: Schedule[] = [];
          const pump = (run: number): void => {
            const schedule = schedules[run];
            for (let task = schedule?.take() ?? -1; task !== -1; task = schedule?.take() ?? -1)
              running.push({ run, task });
          };
          for (const [run, scene] of scenes.entries()) {
            schedules.push(scheduleOf(scene, pool, { onRoom: () => pump(run) }));
            pump(run);
          }
          while (running.length > 0) {
            for (const schedule of schedules) expect(schedule.hasStartable()).toBe(false);
            const [ended] = running.splice(Number(random.next().value) % running.length, 1);
            if (!ended) break;
            schedules[ended.run]?.release(ended.task);
            schedules[ended.run]?.settle(ended.task);
            pump(ended.run);
          }
          expect(schedules.map((schedule) => schedule.settled())).toEqual(scenes.map(({ drawing }) => drawing.size));
          for (const name of Object.keys(sceneLimits)) expect(pool.inUse(pool.slotFor(name))).toBe(0);
        },
      ),
    );
  });
});
