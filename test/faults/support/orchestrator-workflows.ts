import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defineWorkflow, type TaskContext } from 'precede';
import { z } from 'zod';

/** Synchronous, so that what was told before a process ended has been told. */
export function tell(...words: readonly (string | number)[]): void {
  writeSync(1, `${words.join(' ')}\n`);
}

const input = z.object({ effects: z.string() });
type Input = z.output<typeof input>;

const lanes = ['left', 'middle', 'right'];
const stepCount = 8;
const stepMsMax = 40;

/** Each task leaves one line, however often it is asked under the same token. */
function leaveEffect({ input: { effects }, token, runId }: TaskContext<Input>, key: string): void {
  try {
    closeSync(openSync(join(effects, token), 'wx'));
  } catch {
    return;
  }
  appendFileSync(join(effects, 'effects'), `${runId} ${key}\n`);
}

/** Three lanes of eight tasks, each with an effect outside of the store. */
export const effects = defineWorkflow({
  name: 'Effects',
  version: '1',
  input,
  declare(flow) {
    for (const lane of lanes) {
      let upstream: ReturnType<typeof flow.task>[] = [];
      for (let step = 1; step <= stepCount; step += 1) {
        const key = `${lane}-${step}`;
        const run = async (context: TaskContext<Input>): Promise<string> => {
          tell('begun', context.runId, key);
          // Not all alike, so that at any instant some bodies are under way.
          await delay((13 * (context.runId + step + lanes.indexOf(lane))) % stepMsMax);
          leaveEffect(context, key);
          return key.padEnd(200, '.');
        };
        upstream = [flow.task(key, { upstream, repeatable: true, run })];
      }
    }
  },
});

export const tasksPerRun = lanes.length * stepCount;

/** So long that what a busy machine adds is little beside them. */
const timeoutMs = 3_000;
const backoffMs = 3_000;
const attempts = 3;
const beats = 60;

/** Tells how long time limits and waits before the next attempt were, as the monotonic clock has it. */
export const measured = defineWorkflow({
  name: 'Measured',
  version: '1',
  input,
  declare(flow) {
    const retry = { attemptsMax: attempts, backoffFactor: 1, jitter: 0 };
    flow.task('Overtime', {
      ...{ timeoutMs, repeatable: true, retry: { ...retry, backoffMs: 1 } },
      run: async ({ signal, attempt }) => {
        if (attempt === attempts) return;
        const beganMs = performance.now();
        await delay(20 * timeoutMs, undefined, { signal }).catch(() => undefined);
        tell('measured', 'timeout', timeoutMs, Math.round(performance.now() - beganMs));
        signal.throwIfAborted();
      },
    });
    let failedMs = 0;
    flow.task('Stumble', {
      ...{ repeatable: true, retry: { ...retry, backoffMs } },
      run: ({ attempt }) => {
        if (attempt > 1) tell('measured', 'backoff', backoffMs, Math.round(performance.now() - failedMs));
        failedMs = performance.now();
        if (attempt < attempts) throw new Error('stumbled');
      },
    });
    let upstream: ReturnType<typeof flow.task>[] = [];
    for (let beat = 1; beat <= beats; beat += 1) {
      const key = `beat-${beat}`;
      upstream = [flow.task(key, { upstream, repeatable: true, run: async () => await delay(50) })];
    }
  },
});
