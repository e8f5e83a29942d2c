// A run observed through its notices: every kind that it has, of one run and of all runs.
import assert from 'node:assert/strict';
import { createEngine, defineWorkflow, type Notice, type TaskNotice } from 'precede';
import { z } from 'zod';

const copy = defineWorkflow({
  name: 'Copy',
  version: '1',
  input: z.object({ file: z.string() }),
  declare(flow, { file }) {
    flow.task('Copy file', {
      run: (ctx) => {
        ctx.log.info('copying', { file });
        ctx.progress(0.5, 'half');
        return { file };
      },
    });
  },
});

const engine = createEngine();
const told: Notice[] = [];
const ofAllRuns: TaskNotice[] = [];
const stopListening = engine.on('task', (notice) => ofAllRuns.push(notice));
const run = await engine.start(copy, { file: 'a.txt' });
run.on('run', (notice) => told.push(notice));
run.on('task', (notice) => told.push(notice));
run.on('log', (notice) => told.push(notice));
run.on('progress', (notice) => told.push(notice));
const outcome = await run.outcome();
stopListening();
await engine.close();

assert.equal(outcome.state, 'SUCCESS');
assert.deepEqual(told.map(described), [
  'Copy file: READY to RUNNING',
  'Copy file, attempt 1: copying {"file":"a.txt"}',
  'Copy file: 0.5 half',
  'Copy file: RUNNING to SUCCESS {"file":"a.txt"}',
  'run: RUNNING to SUCCESS',
]);
assert.deepEqual(
  ofAllRuns.map(({ to }) => to),
  ['READY', 'RUNNING', 'SUCCESS'],
);

function described(notice: Notice): string {
  switch (notice.kind) {
    case 'task':
      return `${notice.task.name}: ${notice.from} to ${notice.to}${'output' in notice ? ` ${JSON.stringify(notice.output)}` : ''}`;
    case 'run':
      return `run: ${notice.from} to ${notice.to}`;
    case 'log':
      return `${notice.task.name}, attempt ${notice.attempt}: ${notice.text} ${JSON.stringify(notice.fields)}`;
    case 'progress':
      return `${notice.task.name}: ${notice.fraction} ${notice.text}`;
    case 'warning':
      return `${notice.code}: ${notice.text}`;
  }
}
