import { describe, expect, it } from 'vitest';
import { toTaskInfo } from '../../src/ocp/index.ts';
import { InvalidPlanError, planWorkflow } from '../../src/plan/index.ts';
import { createEngine } from '../../src/run/index.ts';
import { workflowFromGraph, type GraphTask } from '../../src/workflow/index.ts';

/** A large graph that takes this long is taken for a hang, however busy the machine: no measure of speed. */
const hangMs = 60_000;

const key = (n: number): string => `t${n}`;

/** 0 -> 1 -> 2 -> … */
function chain(size: number): GraphTask[] {
  return Array.from({ length: size }, (_, n) => ({ key: key(n), upstream: n === 0 ? [] : [key(n - 1)] }));
}

/** 0 -> every other, every other -> the last */
function star(size: number): GraphTask[] {
  const rays = Array.from({ length: size - 2 }, (_, n) => key(n + 1));
  return [
    { key: key(0) },
    ...rays.map((ray) => ({ key: ray, upstream: [key(0)] })),
    { key: key(size - 1), upstream: rays },
  ];
}

function workflowOf(tasks: readonly GraphTask[], run?: () => unknown) {
  return workflowFromGraph({ name: 'Large', tasks }, run ? { run } : {});
}

describe('100,000 tasks', { timeout: hangMs }, () => {
  const size = 100_000;

  it.each([
    ['chain', chain],
    ['star', star],
  ])('in a %s are planned, and shown in the documented shape', (_, draw) => {
    const plan = planWorkflow(workflowOf(draw(size)), {});
    expect(plan.order).toHaveLength(size);
    expect(toTaskInfo(plan).tasks).toHaveLength(size);
  });

  it('in a ring are refused with the cycle', () => {
    const [first, ...others] = chain(size);
    const ring = [{ ...first, key: key(0), upstream: [key(size - 1)] }, ...others];
    expect(() => planWorkflow(workflowOf(ring), {})).toThrow(InvalidPlanError);
  });

  it.each([
    ['chain', chain],
    ['star', star],
  ])('in a %s run to their end', async (_, draw) => {
    let ran = 0;
    const run = await createEngine().start(
      workflowOf(draw(size), () => (ran += 1)),
      {},
    );
    const { state } = await run.outcome();
    expect([state, ran]).toEqual(['SUCCESS', size]);
  });
});

describe('10,000 tasks', { timeout: hangMs }, () => {
  const size = 10_000;

  it('without end of concurrency start at once and hold little memory', async () => {
    const gate = Promise.withResolvers<undefined>();
    let begun = 0;
    const engine = createEngine({ concurrency: Infinity });
    const workflow = workflowOf(
      Array.from({ length: size }, (_, n) => ({ key: key(n) })),
      () => {
        begun += 1;
        return gate.promise;
      },
    );
    const before = process.memoryUsage().heapUsed;
    const run = await engine.start(workflow, {});
    await new Promise<void>((resolve) => {
      run.on('task', ({ task, to }) => {
        if (to === 'RUNNING' && task.index === size - 1) setImmediate(resolve);
      });
    });
    expect(begun).toBe(size);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 2 ** 20);
    gate.resolve(undefined);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });

  it('that all fail where others go on are recorded one by one, and taken up together', async () => {
    let isBroken = true;
    const body = (): number => {
      if (isBroken) throw new Error('no');
      return 1;
    };
    const tasks = Array.from({ length: size }, (_, n) => ({ key: key(n) }));
    const workflow = { ...workflowOf(tasks, body), onFailure: 'continue' as const };
    const engine = createEngine({ concurrency: Infinity });
    const run = await engine.start(workflow, {});
    const { state, failures } = await run.outcome();
    expect([state, failures.length]).toEqual(['FAILED', size]);
    isBroken = false;
    await expect(engine.retry(run.id)).resolves.toMatchObject({ tasks: { length: size } });
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS', failures: [] });
  });

  it('in a chain are undone to their beginning', async () => {
    let undone = 0;
    const workflow = workflowOf(chain(size), () => undefined);
    const declaration = workflow.expand({});
    const body = {
      run: () => undefined,
      undo: () => {
        undone += 1;
      },
    };
    const broken = {
      run: () => {
        throw new Error('the last one');
      },
    };
    const bodies = declaration.tasks.map((task, n) => ({ ...task, body: n === size - 1 ? broken : body }));
    const engine = createEngine();
    const run = await engine.start({ ...workflow, expand: () => ({ ...declaration, tasks: bodies }) }, {});
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
    await engine.rollback(run.id);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLED_BACK' });
    expect(undone).toBe(size - 1);
  });
});
