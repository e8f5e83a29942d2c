import { expect } from 'vitest';
import { createEngine, type Engine, type OperationResult, type Run } from '../../src/run/index.ts';
import { CrashingStore, type StoreProcess } from '../support/crashing-store.ts';
import { CutOffError } from '../support/cut-off-error.ts';
import { PuppetTask } from '../support/puppet-task.ts';
import { drawnWorkflow, type DrawnTask } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { taskOf, type Ask, type ModelPlan } from './operator-model.ts';

const runId = 1;
/** Turns of the event loop after which a run that is not where it ought to be never gets there. */
const turnsMax = 200;

/** A real run of a plan, on strings, in processes that can be killed. */
export class OperatedRun {
  readonly #world = new CrashingStore();
  readonly #workflow;
  readonly #bodies: readonly PuppetTask[];
  readonly #undos: readonly PuppetTask[];
  readonly #clock = new VirtualClock();
  #process: StoreProcess;
  engine: Engine;

  private constructor(plan: ModelPlan) {
    this.#undos = plan.tasks.map(() => new PuppetTask());
    const drawing = Object.fromEntries(
      plan.tasks.map(({ upstream, repeatable, irreversible, attemptsMax }, task): [string, DrawnTask] => [
        key(task),
        {
          upstream: upstream.map(key),
          repeatable,
          // Tried again at once: the model has no time.
          retry: { attemptsMax, backoffMs: 0 },
          undo: irreversible ? 'irreversible' : (context) => this.#undos[task]?.body(context),
        },
      ]),
    );
    const { workflow, tasks } = drawnWorkflow(drawing, { onFailure: plan.onFailure });
    this.#workflow = workflow;
    this.#bodies = plan.tasks.map((_, task) => tasks[key(task)] ?? new PuppetTask());
    this.#process = this.#world.process();
    this.engine = this.#newEngine();
  }

  static async start(plan: ModelPlan): Promise<OperatedRun> {
    const operated = new OperatedRun(plan);
    await operated.engine.start(operated.#workflow, {});
    await quiet();
    return operated;
  }

  async run(): Promise<Run> {
    const run = await this.engine.run(runId);
    if (!run) throw new Error('The run is gone.');
    return run;
  }

  async journal(): Promise<readonly unknown[]> {
    return (await this.#world.process().store.readRun(runId))?.events ?? [];
  }

  act(ask: Ask, dryRun: boolean): Promise<OperationResult> {
    const { engine } = this;
    const options = { dryRun, by: 'ops' };
    const index = taskOf(ask);
    const task = index === undefined ? undefined : key(index);
    switch (ask.kind) {
      case 'retry':
        return engine.retry(runId, task, options);
      case 'cancel':
        return engine.cancel(runId, task, options);
      case 'skip':
        return engine.skip(runId, task ?? '', options);
      case 'resolve':
        return engine.resolve(runId, task ?? '', ask.as === 'success' ? { as: 'success' } : { as: 'failed' }, options);
      case 'pause':
        return engine.pause(runId, options);
      case 'resume':
        return engine.resume(runId, options);
      case 'rollback': {
        const without = ask.without === undefined ? {} : { without: [key(ask.without)] };
        return engine.rollback(runId, { ...options, ...without, pastNoReturn: ask.pastNoReturn });
      }
    }
  }

  /** Ends the body of a task that is under way, or its undo. */
  async end(task: number, how: 'success' | 'failure' | 'unknown', isUndo: boolean): Promise<void> {
    const attempt = (isUndo ? this.#undos : this.#bodies)[task]?.attempts.at(-1);
    if (!attempt) throw new Error(`Task ${task} has not begun.`);
    if (how === 'success') await attempt.succeed();
    else await attempt.fail(how === 'unknown' ? new CutOffError() : new Error('it broke'));
  }

  /** The process is killed, and the next one takes up what is open. */
  async crash(): Promise<void> {
    this.#process.kill();
    this.#process = this.#world.process();
    this.engine = this.#newEngine();
    await this.engine.recover();
    await quiet();
  }

  /** Waits until the run is where the model is; fails when it does not get there. */
  async expectStates(state: string, states: readonly string[]): Promise<void> {
    const seen = async (): Promise<unknown> => {
      const { state: of, tasks } = (await this.run()).snapshot();
      return [of, ...tasks.map((task) => task.state)];
    };
    const wanted = [state, ...states];
    for (let turn = 0; turn < turnsMax; turn += 1) {
      if (JSON.stringify(await seen()) === JSON.stringify(wanted)) return;
      await this.#clock.advance(0);
    }
    expect(await seen()).toEqual(wanted);
  }

  #newEngine(): Engine {
    const { store } = this.#process;
    const options = { store, clock: this.#clock, random: () => 0, workflows: [this.#workflow], recover: false };
    return createEngine({ ...options, concurrency: Infinity });
  }
}

function key(task: number): string {
  return `t${task}`;
}
