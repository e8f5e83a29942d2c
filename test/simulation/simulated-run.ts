import { z } from 'zod';
import { PrecedeError, RefusedError } from '../../src/errors/index.ts';
import type { JsonValue } from '../../src/json/index.ts';
import { createEngine, type Engine, type Notice, type Run } from '../../src/run/index.ts';
import { isSettledRun, type RunEvent } from '../../src/state/index.ts';
import { defineWorkflow, type Task, type TaskContext, type Workflow } from '../../src/workflow/index.ts';
import { CutOffError } from '../support/cut-off-error.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { SlowStore } from './slow-store.ts';
import { limitSizes, type ActionScript, type AttemptScript, type Scenario } from './scenario.ts';

/** What really happened, as the bodies themselves saw it. */
export interface Observed {
  /** Bodies under way, each with its task; an attempt's body is here from its call to its end. */
  readonly bodies: Set<{ readonly task: number }>;
  /** The most bodies that were under way at a time. */
  bodiesMax: number;
  /** Broken promises, in words. Empty when all is well. */
  readonly violations: string[];
}

/** A scenario as it was played. */
export interface Played {
  readonly run: Run;
  readonly notices: readonly Notice[];
  readonly journal: readonly RunEvent[];
  readonly observed: Observed;
  readonly engine: Engine;
  readonly clock: VirtualClock;
}

type OnNotice = (notice: Notice, run: Run) => void;

/** Longer than any scenario can take; a run that is still under way then is stuck. */
const stepsMax = 20_000;
/** How often the operator looks after the run at the end; each time it is resumed and unknown outcomes are resolved. */
const roundsMax = 250;

/** Plays a scenario to its end under a virtual clock. */
export async function play(scenario: Scenario, onNotice: OnNotice = () => {}): Promise<Played> {
  const clock = new VirtualClock();
  const random = randomOf(scenario.seed);
  const store = new SlowStore(async () => {
    const delayMs = Math.floor(random() * (scenario.commitMsMax + 1));
    if (delayMs > 0) await new Promise<void>((resolve) => void clock.after(delayMs, resolve));
  });
  const observed: Observed = { bodies: new Set(), bodiesMax: 0, violations: [] };
  const engine = createEngine({
    store,
    clock,
    random,
    concurrency: scenario.concurrency,
    limits: limitSizes,
  });
  const run = await engine.start(workflowOf(scenario, clock, observed), {});
  const notices: Notice[] = [];
  for (const kind of ['task', 'run'] as const) {
    run.on(kind, (notice) => {
      notices.push(notice);
      if ('sequence' in notice && notice.sequence > store.durableCount) {
        observed.violations.push(`event ${notice.sequence} is told before it is recorded`);
      }
      onNotice(notice, run);
    });
  }
  for (const action of scenario.actions) {
    clock.after(action.atMs, () => void act({ engine, run, action, scenario, observed }));
  }
  await untilNothingIsDue(clock);
  let insistence = scenario.insistence;
  for (let round = 0; round < roundsMax; round++) {
    if (isSettledRun(run.state)) {
      if (insistence-- === 0 || !(await answered(clock, isTakenUp(engine, run, insistence)))) break;
    }
    await answered(clock, lookAfter(engine, run));
    await untilNothingIsDue(clock);
  }
  const journal = (await store.readRun(run.id))?.events ?? [];
  return { run, notices, journal, observed, engine, clock };
}

/** One turn of the event loop: all that waits for promises alone is done then. */
async function rest(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Lets time pass until no timer is set. */
export async function untilNothingIsDue(clock: VirtualClock): Promise<void> {
  await rest();
  for (let step = 0; clock.step() && step < stepsMax; step++) await rest();
}

/** Takes an ended run up again, by retry or, now and then, by skipping what can be skipped or rolling back. */
async function isTakenUp(engine: Engine, run: Run, draw: number): Promise<boolean> {
  const { state, tasks } = run.snapshot();
  if (state === 'ROLLBACK_FAILED') return isDone(engine.rollback(run.id));
  const failed = tasks.find((task) => task.state === 'FAILED');
  if (draw % 3 === 1 && failed && (await isDone(engine.skip(run.id, failed.id)))) return true;
  return isDone(engine.retry(run.id));
}

function isDone(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  );
}

/** What only an operator can do: resumes, and says how unknown outcomes ended. */
async function lookAfter(engine: Engine, run: Run): Promise<void> {
  if (run.state === 'PAUSED') await engine.resume(run.id);
  for (const task of run.snapshot().tasks) {
    if (task.state === 'UNKNOWN') await engine.resolve(run.id, task.id, { as: 'failed' });
  }
}

/** Lets time pass until what was asked for is answered: a commit takes its time. */
async function answered<Answer>(clock: VirtualClock, asked: Promise<Answer>): Promise<Answer> {
  const answer = { isOpen: true };
  const note = (): void => {
    answer.isOpen = false;
  };
  asked.then(note, note);
  await rest();
  for (let step = 0; answer.isOpen && clock.step() && step < stepsMax; step++) await rest();
  return asked;
}

function workflowOf({ tasks, onFailure }: Scenario, clock: VirtualClock, observed: Observed): Workflow {
  return defineWorkflow({
    name: 'Simulated',
    version: '1',
    input: z.unknown(),
    onFailure,
    declare: (flow) => {
      const declared: Task[] = [];
      for (const [index, script] of tasks.entries()) {
        const { attempts, attemptsMax, backoffMs, timeoutMs, limits, skippable, undoFails } = script;
        const task: Task = flow.task(`task ${index}`, {
          upstream: script.upstream.flatMap((upstream) => declared[upstream] ?? []),
          run: (context): Promise<JsonValue> => {
            const attempt = attempts[Math.min(context.attempt, attempts.length) - 1];
            return acted(attempt ?? fallback, { context, clock, observed, task: index });
          },
          undo: (context) =>
            acted(
              { lengthMs: 5, end: undoFails ? 'failure' : 'success', heedsAbort: true },
              { context, clock, observed, task: index },
            ).then(() => {}),
          retry: { attemptsMax, backoffMs, jitter: 0.5 },
          limits: [...limits],
          skippable,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        });
        declared.push(task);
      }
    },
  });
}

const fallback: AttemptScript = { lengthMs: 0, end: 'success', heedsAbort: true };

interface Acting {
  readonly context: Pick<TaskContext, 'signal' | 'attempt'>;
  readonly clock: VirtualClock;
  readonly observed: Observed;
  readonly task: number;
}

/** Plays one body: it is under way for as long as its script says, or until it heeds an abort. */
async function acted(script: AttemptScript, { context, clock, observed, task }: Acting): Promise<JsonValue> {
  const body = { task };
  for (const other of observed.bodies)
    if (other.task === task) observed.violations.push(`task ${task} runs twice at a time`);
  observed.bodies.add(body);
  observed.bodiesMax = Math.max(observed.bodiesMax, observed.bodies.size);
  try {
    await new Promise<void>((resolve, reject) => {
      clock.after(script.lengthMs, resolve);
      if (!script.heedsAbort) return;
      context.signal.addEventListener('abort', () => {
        reject(context.signal.reason as Error);
      });
    });
    if (script.end === 'failure') throw new PrecedeError('PLANNED', { message: 'as planned' });
    if (script.end === 'unknown') throw new CutOffError();
    return { task, attempt: context.attempt };
  } finally {
    observed.bodies.delete(body);
  }
}

interface Asked {
  readonly engine: Engine;
  readonly run: Run;
  readonly action: ActionScript;
  readonly scenario: Scenario;
  readonly observed: Observed;
}

/** Operators are refused most of the time; anything but a refusal is a defect. */
async function act({ engine, run, action, scenario, observed }: Asked): Promise<void> {
  try {
    await ask(engine, run.id, action, scenario.tasks.length);
  } catch (error) {
    if (!(error instanceof RefusedError)) observed.violations.push(`${action.kind} threw ${String(error)}`);
  }
}

async function ask(engine: Engine, id: number, { kind, task }: ActionScript, size: number): Promise<unknown> {
  const number = size === 0 ? 1 : ((task ?? 0) % size) + 1;
  const target = task === undefined ? undefined : number;
  switch (kind) {
    case 'retry':
      return engine.retry(id, target);
    case 'cancel':
      return engine.cancel(id, target);
    case 'skip':
      return engine.skip(id, number);
    case 'resolve':
      return engine.resolve(id, number, { as: number % 2 === 0 ? 'success' : 'failed' });
    case 'pause':
      return engine.pause(id);
    case 'resume':
      return engine.resume(id);
    case 'rollback':
      return engine.rollback(id);
  }
}

/** Draws that depend on the seed alone (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let drawn = Math.imul(state ^ (state >>> 15), 1 | state);
    drawn = (drawn + Math.imul(drawn ^ (drawn >>> 7), 61 | drawn)) ^ drawn;
    return ((drawn ^ (drawn >>> 14)) >>> 0) / 2 ** 32;
  };
}
