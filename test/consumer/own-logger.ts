// A host program's own logger: pino as it is, or any object with four methods. Secrets reach neither.
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createEngine, defineWorkflow, type Logger } from 'precede';
import { z } from 'zod';

const workflow = defineWorkflow({
  name: 'Log in',
  version: '1',
  input: z.object({}),
  declare(flow) {
    flow.task('Log in', { run: () => Promise.reject(new Error('the password s3cret-word is wrong')) });
  },
});

const lines: string[] = [];
const own: Logger = {
  debug: (fields, message) => lines.push(`debug ${message} ${JSON.stringify(fields)}`),
  info: (fields, message) => lines.push(`info ${message} ${JSON.stringify(fields)}`),
  warn: (fields, message) => lines.push(`warn ${message} ${JSON.stringify(fields)}`),
  error: (fields, message) => lines.push(`error ${message} ${JSON.stringify(fields)}`),
};
const written: string[] = [];
const loggers: readonly Logger[] = [
  own,
  pino({ level: 'debug' }, { write: (line: string) => void written.push(line) }),
];
for (const logger of loggers) {
  const engine = createEngine({ logger, secrets: ['s3cret-word'] });
  engine.on('task', () => {
    throw new Error('a listener of the program that fails');
  });
  const run = await engine.start(workflow, {});
  const { state, failures } = await run.outcome();
  await engine.close();
  assert.equal(state, 'FAILED');
  assert.equal(failures[0]?.error.message, 'the password [secret] is wrong');
}
assert.ok(lines.some((line) => line.startsWith('info run ')));
assert.ok(lines.some((line) => line.startsWith('error a listener failed ')));
assert.ok(written.some((line) => line.includes('"msg":"run"')));
assert.ok(![...lines, ...written].some((line) => line.includes('s3cret-word')));
