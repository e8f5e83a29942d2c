import { defineWorkflow, type TaskContext } from 'precede';
import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const input = z.object({
  /** How long each task takes, in milliseconds: two of a chain, all of a fan-out but the last, and one that joins. */
  lengthsMs: z.array(z.number()).min(4),
  /** For so long the first task keeps its process from doing anything else, once in the world. */
  blockMs: z.number().default(0),
});

/** Where effects are left: one file for each step token. */
const placeOf = (name: string): string => join(process.env['PRECEDE_EFFECTS'] ?? '', name);

/** The file that counts who came second. */
export const secondsFile = 'second.log';

/** Tasks that leave effects in the directory `PRECEDE_EFFECTS`, each once under its step token. */
export default defineWorkflow({
  name: 'Effects',
  version: '1',
  input,
  declare: (flow, { lengthsMs, blockMs }) => {
    const [first = 0, second = 0, ...rest] = lengthsMs;
    const step = (lengthMs: number) => ({
      repeatable: true,
      run: (context: TaskContext) => leave(context, lengthMs),
    });
    const prepare = flow.task('Prepare', {
      repeatable: true,
      run: (context) => {
        blockOnce(context, blockMs);
        return leave(context, first);
      },
    });
    const begin = flow.task('Begin', { upstream: [prepare], ...step(second) });
    const parts = flow.forEach(rest.slice(0, -1), (ms) => flow.task('Part', { upstream: [begin], ...step(ms) }));
    flow.task('Join', { upstream: [parts], ...step(rest.at(-1) ?? 0) });
  },
});

/** The effect is in the middle: an end of the process is as likely before it as after it, with the outcome not recorded. */
async function leave(context: TaskContext, lengthMs: number): Promise<void> {
  await delay(lengthMs / 2, undefined, { signal: context.signal });
  await context.throwIfFenced();
  if (!createdFirst(context.token)) appendFileSync(placeOf(secondsFile), `${context.token}\n`);
  await delay(lengthMs / 2, undefined, { signal: context.signal });
}

function blockOnce({ runId }: TaskContext, blockMs: number): void {
  if (blockMs === 0 || !createdFirst(`blocked-${runId}`)) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
}

/** Whether a file was not there before. */
function createdFirst(name: string): boolean {
  try {
    const file = openSync(placeOf(name), 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
