import { expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine, createScrubber, defineWorkflow } from '../../src/index.ts';

it('keeps a secret out that becomes known while the run is under way', async () => {
  const scrubber = createScrubber();
  const workflow = defineWorkflow({
    name: 'Log in',
    version: '1',
    input: z.object({}),
    declare(flow) {
      flow.task('log in', {
        run: (context) => {
          scrubber.add('hunter2hunter2');
          context.log.info('with hunter2hunter2');
          return { password: 'hunter2hunter2' };
        },
      });
    },
  });
  const engine = createEngine({ secrets: scrubber });
  const run = await engine.start(workflow, {});
  const lines: string[] = [];
  run.on('log', ({ text }) => lines.push(text));

  expect((await run.outcome()).outputs).toEqual({ 'log in': { password: '[secret]' } });
  expect(lines).toEqual(['with [secret]']);
  await engine.close();
});
