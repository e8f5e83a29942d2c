import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine } from '../../src/run/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { defineWorkflow, type Task } from '../../src/workflow/index.ts';

/** Random tasks: what they wait for, whether they fail the first time, how long they are said to take. */
const drawings = fc.array(
  fc.record({ upstream: fc.array(fc.nat(), { maxLength: 3 }), fails: fc.boolean(), estimateMs: fc.nat(5_000) }),
  { minLength: 1, maxLength: 12 },
);

it('a dry run says exactly what then runs and is undone, in that order', { timeout: 60_000 }, async () => {
  let played = 0;
  await fc.assert(
    fc.asyncProperty(drawings, async (drawing) => {
      const begun: string[] = [];
      let isMended = false;
      const workflow = defineWorkflow({
        name: 'Drawn',
        version: '1',
        input: z.object({}),
        onFailure: 'continue',
        declare(flow) {
          const tasks: Task[] = [];
          for (const [index, { upstream, fails, estimateMs }] of drawing.entries()) {
            const task = flow.task(`t${index}`, {
              upstream:
                index === 0 ? [] : [...new Set(upstream.map((one) => one % index))].flatMap((one) => tasks[one] ?? []),
              estimateMs,
              run: () => {
                begun.push(`t${index}`);
                if (fails && !isMended) throw new Error('it broke');
              },
              undo: () => void begun.push(`undo t${index}`),
            });
            tasks.push(task);
          }
        },
      });
      const engine = createEngine({ store: memoryStore(), concurrency: 1 });
      const run = await engine.start(workflow, {});
      const { state } = await run.outcome();
      isMended = true;
      if (state === 'FAILED') {
        const dry = await engine.retry(run.id, undefined, { dryRun: true });
        begun.length = 0;
        const real = await engine.retry(run.id);
        expect((await run.outcome()).state).toBe('SUCCESS');
        expect(real.tasks).toEqual(dry.tasks);
        expect(begun).toEqual(dry.preview?.steps.map(({ key }) => key));
      }
      const dry = await engine.rollback(run.id, { dryRun: true });
      begun.length = 0;
      await engine.rollback(run.id);
      expect((await run.outcome()).state).toBe('ROLLED_BACK');
      expect(begun).toEqual(dry.preview?.steps.map(({ key }) => `undo ${key}`));
      expect(dry.preview?.untouched).toEqual([]);
      await engine.close();
      played += 1;
    }),
    { numRuns: 100 },
  );
  expect(played).toBe(100);
});
