import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defineWorkflow } from 'precede';
import { z } from 'zod';

const input = z.object({
  /** Where effects are written. */
  directory: z.string(),
  lanes: z.number().int().min(1).default(3),
  pauseMs: z.number().min(0).default(15),
  /** The last task fails for good, after everything else is done. */
  fails: z.boolean().default(false),
});

/** Where one run's effects are counted: the line of each task that `check` can see, and the sendings of each repeatable one. */
export function effectsFile(directory: string, runId: number): string {
  return join(directory, `run-${runId}.effects`);
}

function write(file: string, line: string): void {
  appendFileSync(file, `${line}\n`);
}

function has(file: string, line: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').split('\n').includes(line);
}

/**
 * Tasks whose effects are counted from outside. `Once` is not repeatable and has a check; `Send` goes out under its step
 * token, so all its lines must carry the same one; `Flaky` fails once and waits to be tried again. Each can be undone.
 */
export default defineWorkflow({
  name: 'Effects',
  version: '1',
  input,
  admit: ({ runId }) => Promise.resolve({ context: { stringMap: { run: String(runId) }, listMap: {} } }),
  declare(flow, { directory, lanes, pauseMs, fails }) {
    const fileOf = (context: { readonly stringMap: Readonly<Record<string, string>> }): string =>
      effectsFile(directory, Number(context.stringMap['run']));
    const first = flow.task('First', { repeatable: true, run: () => null });
    const lane = (name: number) => {
      const once = flow.task('Once', {
        upstream: [first],
        check: ({ context }) => {
          const file = fileOf(context);
          return has(file, `once ${name}`) && !has(file, `undone ${name}`) ? { done: name } : 'needed';
        },
        run: async ({ context }) => {
          await delay(pauseMs);
          write(fileOf(context), `once ${name}`);
          await delay(pauseMs);
          return name;
        },
        undo: async ({ context }) => {
          await delay(pauseMs);
          write(fileOf(context), `undone ${name}`);
        },
      });
      const send = flow.task('Send', {
        upstream: [once],
        repeatable: true,
        run: async ({ context, token }) => {
          await delay(pauseMs);
          write(fileOf(context), `send ${name} ${token}`);
          await delay(pauseMs);
          return name;
        },
        undo: async ({ context, token }) => {
          write(fileOf(context), `unsend ${name} ${token}`);
          await delay(pauseMs);
        },
      });
      return flow.task('Flaky', {
        upstream: [send],
        repeatable: true,
        retry: { attemptsMax: 2, backoffMs: 200, jitter: 0 },
        run: ({ attempt }) => {
          if (attempt === 1) throw new Error('The first attempt always fails.');
          return name;
        },
      });
    };
    const all = flow.barrier(
      'All',
      flow.forEach(
        Array.from({ length: lanes }, (_, index) => index),
        lane,
      ),
    );
    flow.task('Last', {
      upstream: [all],
      repeatable: true,
      run: () => {
        if (fails) throw new Error('It fails as it was asked to.');
        writeFileSync(join(directory, 'last'), 'done');
        return null;
      },
    });
  },
});
