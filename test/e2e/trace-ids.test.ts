import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, defineWorkflow, sqliteStore } from 'precede';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { emptyDirectory, precede } from './support/precede.ts';

const timeoutMs = 60_000;
const traceId = '00f067aa0ba902b7';

/** What a program starts, and the command finds again: its only task fails in the program and not in the command. */
const text = `
import { defineWorkflow } from 'precede';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Traced',
  version: '1',
  input: z.object({}),
  declare: (flow) => flow.task('Say', { run: (ctx) => ctx.log.info('said') }),
});
`;

it(
  'the id of a request stands in the log and in the story of its run, whichever process carries that on',
  async () => {
    const cwd = emptyDirectory();
    const workflowSource = join(cwd, 'traced.ts');
    writeFileSync(workflowSource, text);
    const failing = defineWorkflow({
      ...{ name: 'Traced', version: '1', input: z.object({}) },
      declare: (flow) => void flow.task('Say', { run: () => Promise.reject(new Error('not now')) }),
    });
    const store = sqliteStore(join(cwd, 'runs.db'));
    const engine = createEngine({ store });
    const run = await engine.start(failing, {}, { traceId, workflowSource });
    expect((await run.outcome()).state).toBe('FAILED');
    await engine.close();
    await store.close();

    const act = (...args: readonly string[]) => precede([...args, '--store', 'runs.db'], { cwd });
    expect(await act('retry', '1')).toMatchObject({ status: 0 });
    const log = readFileSync(join(cwd, 'runs.run-1.log'), 'utf8');
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ msg }) => msg === 'said')).toMatchObject([{ runId: 1, task: 'Say', attempt: 2, traceId }]);
    const story = await act('show', '1', '--story', '--format', 'json');
    const events = JSON.parse(story.stdout) as readonly Record<string, unknown>[];
    expect(events.filter((event) => 'traceId' in event)).toMatchObject([{ type: 'run-started', traceId }]);
  },
  timeoutMs,
);
