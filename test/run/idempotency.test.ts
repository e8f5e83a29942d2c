import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { drawnWorkflow } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const key = { idempotencyKey: 'order-1' };

describe('an idempotency key', () => {
  it('gives one run to a hundred who ask at once', async () => {
    const { workflow, tasks } = drawnWorkflow({ a: [] });
    const engine = createEngine({ clock: new VirtualClock() });
    const runs = await Promise.all(Array.from({ length: 100 }, () => engine.start(workflow, { n: 1 }, key)));
    await quiet();
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    expect(tasks.a.begun).toBe(1);
    await tasks.a.nextAttempt().succeed();
    const outcomes = await Promise.all(runs.map((run) => run.outcome()));
    expect(outcomes.every(({ state }) => state === 'SUCCESS')).toBe(true);
    expect(await engine.runs()).toHaveLength(1);
  });

  it('refuses another input, and another workflow', async () => {
    const { workflow } = drawnWorkflow({ a: [] });
    const { workflow: other } = drawnWorkflow({ a: [] }, { name: 'Other' });
    const engine = createEngine({ clock: new VirtualClock() });
    await engine.start(workflow, { n: 1 }, key);
    await expect(engine.start(workflow, { n: 2 }, key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    await expect(engine.start(other, { n: 1 }, key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await engine.runs()).toHaveLength(1);
  });

  it('gives an ended run as it ended, also to an engine that comes later', async () => {
    const { workflow } = drawnWorkflow({ a: { run: () => 5 } });
    const store = memoryStore();
    const first = await createEngine({ store, clock: new VirtualClock() }).start(workflow, {}, key);
    await first.outcome();
    const again = await createEngine({ store, clock: new VirtualClock() }).start(workflow, {}, key);
    expect(again.id).toBe(first.id);
    await expect(again.outcome()).resolves.toEqual({ state: 'SUCCESS', outputs: { a: 5 }, failures: [] });
  });
});
