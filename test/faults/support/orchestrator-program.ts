// A program that embeds the engine. It starts the runs that it is asked for on standard input, takes up what others
// have left, tells one JSON line on standard output about everything that happens, and goes on until SIGTERM.
import { createEngine, sqliteStore } from 'precede';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import workflow from './token-effects.ts';
import type { Asked, Told } from './orchestrator.ts';

const [file = '', leaseMs = '1000', concurrency = '4'] = process.argv.slice(2);

/** At once, so that nothing is told that has not happened, and nothing gets lost with the process. */
function tell(told: Told): void {
  writeSync(1, `${JSON.stringify(told)}\n`);
}

const exitCode = 128 + constants.signals.SIGTERM;
const nothing = (): void => undefined;
const logger = {
  debug: nothing,
  info: nothing,
  warn: (fields: { runId?: number; recoveries?: number }) => {
    if (fields.recoveries !== undefined && fields.runId !== undefined) tell({ kind: 'taken', runId: fields.runId });
  },
  error: (fields: { runId?: number; error?: { code?: string } }) => {
    tell({ kind: 'lost', runId: fields.runId ?? 0, code: fields.error?.code ?? '' });
  },
};

process.on('unhandledRejection', (error) => {
  tell({ kind: 'unhandled', error: String(error) });
  process.exit(1);
});
const store = sqliteStore(file, { leaseMs: Number(leaseMs) });
const engine = createEngine({ store, workflows: [workflow], concurrency: Number(concurrency), logger });
engine.on('task', ({ runId, sequence, task, to, attempt }) => {
  tell({ kind: 'recorded', runId, sequence, task: task.index, to, attempt });
});
engine.on('run', ({ runId, sequence, to }) => {
  tell({ kind: 'recorded', runId, sequence, to });
});

let isAsked = false;
process.on('SIGTERM', () => {
  if (isAsked) process.exit(exitCode);
  isAsked = true;
  tell({ kind: 'leaving' });
  void leave();
});

async function leave(): Promise<void> {
  await engine.close({ drainMs: 5_000 });
  await store.close();
  process.exit(0);
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { runs } = JSON.parse(line) as Asked;
  void Promise.all(runs.map((input) => engine.start(workflow, input))).then((started) => {
    tell({ kind: 'started', runIds: started.map(({ id }) => id) });
  });
});
// Whoever has started it is gone.
lines.on('close', () => process.exit(exitCode));
tell({ kind: 'ready' });
