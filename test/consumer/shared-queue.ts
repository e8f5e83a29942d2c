// A p-queue that the program has already: its own jobs and the engine's tasks share the slots, and both get their turn.
import assert from 'node:assert/strict';
import PQueue from 'p-queue';
import { createEngine, defineWorkflow } from 'precede';
import { z } from 'zod';

const queue = new PQueue({ concurrency: 2 });
const log: string[] = [];
let busy = 0;
let busyMax = 0;

async function occupySlot(name: string): Promise<void> {
  busy += 1;
  busyMax = Math.max(busyMax, busy);
  await new Promise((resolve) => setImmediate(resolve));
  busy -= 1;
  log.push(name);
}

const workflow = defineWorkflow({
  name: 'Six tasks',
  version: '1',
  input: z.object({}),
  declare(flow) {
    flow.forEach([1, 2, 3, 4, 5, 6], (item) => flow.task('Task', { run: () => occupySlot(`task ${item}`) }));
  },
});

const engine = createEngine({ concurrency: queue });
const run = await engine.start(workflow, {});
const jobs = [1, 2, 3].map((job) => queue.add(() => occupySlot(`job ${job}`)));
const { state } = await run.outcome();
await Promise.all(jobs);
await engine.close();

assert.equal(state, 'SUCCESS');
assert.equal(busyMax, 2);
assert.equal(log.length, 9);
assert.ok(
  log.lastIndexOf('job 3') < log.length - 1,
  `the program's jobs had to wait for the whole run: ${log.join(', ')}`,
);
// The engine leaves the queue as it was: idle, running, and the program's to use.
await queue.add(() => occupySlot('job 4'));
assert.equal(log.at(-1), 'job 4');
