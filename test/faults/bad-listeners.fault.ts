import { createEngine, sqliteStore, type Notice } from 'precede';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { launcher } from '../e2e/support/precede.ts';
import workflow from './support/token-effects.ts';
import { Orchestration } from './support/orchestration.ts';

const timeoutMs = 60_000;
const input = { lengthsMs: Array.from({ length: 10 }, () => 10) };
const workflowFile = fileURLToPath(new URL('support/token-effects.ts', import.meta.url));

let stage: Orchestration;

beforeEach(async () => {
  stage = await Orchestration.open();
  vi.stubEnv('PRECEDE_EFFECTS', stage.effectsDirectory);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await stage.close();
});

const broken = (): never => {
  throw new Error('broken');
};

const bad: Readonly<Record<string, (notice: Notice) => unknown>> = {
  throw: broken,
  reject: () => Promise.reject(new Error('broken')),
  'never settle': () => new Promise(() => undefined),
};

describe('runs', () => {
  it.each(Object.keys(bad))(
    'end as ever when their listeners and their logger %s',
    async (how) => {
      const unhandled: unknown[] = [];
      const note = (error: unknown): void => void unhandled.push(error);
      process.on('unhandledRejection', note);
      const called: string[] = [];
      const fail = (notice: Notice): unknown => {
        called.push(notice.kind);
        return bad[how]?.(notice);
      };
      const store = sqliteStore(stage.storeFile);
      const engine = createEngine({ store, logger: { debug: broken, info: broken, warn: broken, error: broken } });
      for (const kind of ['task', 'run', 'log'] as const) engine.on(kind, fail);
      const runs = await Promise.all([engine.start(workflow, input), engine.start(workflow, input)]);
      for (const run of runs) run.on('task', fail);
      const outcomes = await Promise.all(runs.map((run) => run.outcome()));
      await engine.close();
      await store.close();
      // A rejection that nobody handles is told once all that was under way has had its turn.
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', note);
      expect(outcomes.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS']);
      expect([new Set(called), unhandled]).toEqual([new Set(['run', 'task']), []]);
      expect(stage.effects()).toMatchObject({ tasks: 20, twice: [], keptOut: 0 });
    },
    timeoutMs,
  );

  it.each(['text', 'json'])(
    'end as ever when nobody reads what precede prints as %s',
    async (format) => {
      const args = ['run', workflowFile, '--store', stage.storeFile, '--input', '-'];
      const child = spawn(process.execPath, [launcher, ...args, '--format', format], { cwd: stage.directory });
      child.stdout.destroy();
      child.stderr.destroy();
      child.stdin.end(JSON.stringify(input));
      const [status] = (await once(child, 'exit')) as [number | null];
      expect(status).toBe(0);
      expect(stage.audit.states()).toEqual({ SUCCESS: 1 });
      expect(stage.effects()).toMatchObject({ tasks: 10, twice: [], keptOut: 0 });
    },
    timeoutMs,
  );
});
