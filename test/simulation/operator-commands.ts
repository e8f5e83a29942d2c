import fc from 'fast-check';
import { expect } from 'vitest';
import type { PrecedeError } from '../../src/errors/index.ts';
import type { TaskState } from '../../src/state/index.ts';
import { OperatedRun } from './operated-run.ts';
import { OperatorModel, taskOf, type Ask, type ModelPlan } from './operator-model.ts';

interface Model {
  readonly model: OperatorModel;
  /** Whether a task has come to its end since the last crash: without, a run that crashes again and again is put aside. */
  hasGotOn: boolean;
  steps: number;
}

type Command = fc.AsyncCommand<Model, OperatedRun>;

async function expectSame(world: Model, real: OperatedRun): Promise<void> {
  const { model } = world;
  world.steps += 1;
  await real.expectStates(model.state, model.states);
}

/** Some body or undo that is under way ends. */
class End implements Command {
  readonly #pick: number;
  readonly #how: 'success' | 'failure' | 'unknown';

  constructor(pick: number, how: 'success' | 'failure' | 'unknown') {
    this.#pick = pick;
    this.#how = how;
  }

  check({ model }: Model): boolean {
    return model.tasksIn('RUNNING', 'CANCELLING', 'ROLLING_BACK').length > 0;
  }

  async run(world: Model, real: OperatedRun): Promise<void> {
    const { model } = world;
    const underWay = model.tasksIn('RUNNING', 'CANCELLING', 'ROLLING_BACK');
    const task = underWay[this.#pick % underWay.length] ?? 0;
    const isUndo = model.states[task] === 'ROLLING_BACK';
    model.end(task, this.#how);
    await real.end(task, this.#how, isUndo);
    world.hasGotOn = true;
    await expectSame(world, real);
  }

  toString(): string {
    return `end ${this.#pick} ${this.#how}`;
  }
}

/** The states of tasks that an action is meant for. */
const meantFor: Partial<Record<Ask['kind'], readonly TaskState[]>> = {
  retry: ['FAILED', 'CANCELLED', 'ROLLBACK_FAILED'],
  skip: ['FAILED', 'ROLLBACK_FAILED'],
  cancel: ['RUNNING'],
  resolve: ['UNKNOWN'],
};

/** An operator asks for something, allowed or not: first in a dry run, then for real. */
class Act implements Command {
  readonly #asked: Ask;
  /** Whether the operator looks first which task it could be. */
  readonly #looks: boolean;

  constructor(ask: Ask, looks: boolean) {
    this.#asked = ask;
    this.#looks = looks;
  }

  check(): boolean {
    return true;
  }

  async run(world: Model, real: OperatedRun): Promise<void> {
    const { model } = world;
    const before = await real.journal();
    const stateBefore = model.state;
    const ask = this.#askOf(model);
    const touched = model.ask(ask);
    if (!touched) {
      for (const dryRun of [true, false]) await expectRefused(real.act(ask, dryRun), stateBefore);
      expect(await real.journal()).toEqual(before);
    } else {
      const dry = await real.act(ask, true);
      expect(await real.journal()).toEqual(before);
      const done = await real.act(ask, false);
      expect(done.tasks.map(({ number }) => number - 1)).toEqual(touched);
      expect(dry.tasks).toEqual(done.tasks);
    }
    await expectSame(world, real);
  }

  #askOf(model: OperatorModel): Ask {
    const ask = this.#asked;
    const index = taskOf(ask);
    if (!this.#looks || index === undefined) return ask;
    const tasks = model.tasksIn(...(meantFor[ask.kind] ?? []));
    const task = tasks[index % tasks.length];
    return task === undefined ? ask : ({ ...ask, task } as Ask);
  }

  toString(): string {
    return `${this.#looks ? 'look and ' : ''}${JSON.stringify(this.#asked)}`;
  }
}

/** Names what is in the way, and what is possible now. */
async function expectRefused(asked: Promise<unknown>, state: string): Promise<void> {
  const error = await asked.then(
    () => expect.fail(`it was not refused, and the run is ${state}`),
    (refusal: unknown) => refusal as PrecedeError,
  );
  expect(error).toMatchObject({ code: 'OPERATION_REFUSED', next: expect.stringMatching(/\w/) });
  expect(error.message).toMatch(/ is (?:[A-Z_]+|about to run again)\b|no task of it is|cannot be undone/);
}

/** The process is killed, and another one takes the run up. */
class Crash implements Command {
  check({ hasGotOn }: Model): boolean {
    return hasGotOn;
  }

  async run(world: Model, real: OperatedRun): Promise<void> {
    world.model.crash();
    world.hasGotOn = false;
    await real.crash();
    await expectSame(world, real);
  }

  toString(): string {
    return 'crash';
  }
}

const tasksMax = 5;

function plans(): fc.Arbitrary<ModelPlan> {
  const task = fc.record({
    upstream: fc.array(fc.nat(), { maxLength: 2 }),
    repeatable: fc.boolean(),
    irreversible: fc.nat(9).map((draw) => draw === 0),
    attemptsMax: fc.nat(3).map((draw) => (draw === 0 ? 2 : 1)),
  });
  const policies = ['finish-running', 'continue', 'abort-running', 'rollback'] as const;
  return fc.record({
    tasks: fc.array(task, { minLength: 1, maxLength: tasksMax }).map((drawn) =>
      drawn.map(({ upstream, ...facts }, index) => ({
        ...facts,
        upstream: index === 0 ? [] : [...new Set(upstream.map((one) => one % index))],
      })),
    ),
    onFailure: fc.constantFrom(...policies),
  });
}

/** Tasks are named by index. */
function asks(size: number): fc.Arbitrary<Ask> {
  const task = fc.nat(size - 1);
  const maybe = fc.option(task, { nil: undefined });
  return fc.oneof(
    maybe.map((one): Ask => ({ kind: 'retry', ...(one === undefined ? {} : { task: one }) })),
    maybe.map((one): Ask => ({ kind: 'cancel', ...(one === undefined ? {} : { task: one }) })),
    task.map((one): Ask => ({ kind: 'skip', task: one })),
    fc.tuple(task, fc.constantFrom('success', 'failed')).map(([one, as]): Ask => ({ kind: 'resolve', task: one, as })),
    fc.constantFrom<Ask>({ kind: 'pause' }, { kind: 'resume' }),
    fc.tuple(fc.boolean(), maybe).map(([pastNoReturn, one]): Ask => ({
      kind: 'rollback',
      pastNoReturn,
      ...(one === undefined ? {} : { without: one }),
    })),
  );
}

/** A plan, and what happens to its run. */
export function operatedRuns(): fc.Arbitrary<{ readonly plan: ModelPlan; readonly commands: Iterable<Command> }> {
  return plans().chain((plan) => {
    const end = fc
      .tuple(fc.nat(tasksMax), fc.constantFrom('success', 'success', 'failure', 'unknown'))
      .map(([pick, how]): Command => new End(pick, how));
    const looks = fc.nat(2).map((draw) => draw > 0);
    const act = fc.tuple(asks(plan.tasks.length), looks).map(([ask, look]): Command => new Act(ask, look));
    const crash = fc.constant<Command>(new Crash());
    const commands = fc.commands([end, end, end, act, act, crash], { maxCommands: 40, size: 'max' });
    return fc.record({ plan: fc.constant(plan), commands });
  });
}

/** Does it all to the model and to a real run, and compares them after each step. Answers how many there were. */
export async function operate({ plan, commands }: { plan: ModelPlan; commands: Iterable<Command> }): Promise<number> {
  const model = { model: new OperatorModel(plan), hasGotOn: false, steps: 0 };
  await fc.asyncModelRun(async () => ({ model, real: await OperatedRun.start(plan) }), commands);
  return model.steps;
}
