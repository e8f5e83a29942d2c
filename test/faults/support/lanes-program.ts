import { setTimeout as delay } from 'node:timers/promises';
import { createEngine, sqliteStore, type Engine, type Logger, type Notice, type Run } from 'precede';
import { effects, measured, tell } from './orchestrator-workflows.ts';

/**
 * A program that runs workflows on a store file: `orchestrator.ts ROLE FILE EFFECTS [COUNT]`, where ROLE is `start`,
 * `measure`, `recover` or `watch`. Tells on standard output what begins, what is acknowledged, and how writing goes.
 * Ends with 0 when every run has succeeded, with 3 when nothing can be recorded any more.
 */
const [, , role = '', file = '', directory = '', count = '1'] = process.argv;
const leaseMs = Number(process.env['PRECEDE_LEASE_MS'] ?? 5_000);
/** How long a process that has failed stays, so that whatever it might still acknowledge is told. */
const stayMs = 500;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

let toldHealth = 'well';

function tellHealth(engine: Engine): void {
  const health = engine.health();
  if (health.state === toldHealth) return;
  toldHealth = health.state;
  tell('health', health.state, 'error' in health ? codeOf(health.error) : '');
}

/** What became ready because of an event shares that event's place, and is not told. */
function tellNotice(notice: Notice): void {
  if (notice.kind === 'run') tell('told', notice.runId, notice.sequence, notice.event, -1);
  if (notice.kind !== 'task' || (notice.from === 'PENDING' && notice.to === 'READY')) return;
  tell('told', notice.runId, notice.sequence, notice.event, notice.task.index);
}

function makeEngine(): Engine {
  const quiet = (): void => undefined;
  // The engine says at once that writing has come to a halt, or goes on.
  const logger: Logger = { debug: quiet, warn: quiet, info: () => tellHealth(engine), error: () => tellHealth(engine) };
  const store = sqliteStore(file, { leaseMs });
  const engine: Engine = createEngine({ store, logger, workflows: [effects, measured], recover: role === 'watch' });
  engine.on('task', tellNotice);
  engine.on('run', tellNotice);
  return engine;
}

async function started(engine: Engine): Promise<readonly Run[]> {
  const workflow = role === 'measure' ? measured : effects;
  const starting = Array.from({ length: Number(count) }, async () => {
    const run = await engine.start(workflow, { effects: directory });
    tell('started', run.id);
    return run;
  });
  return await Promise.all(starting);
}

async function recovered(engine: Engine): Promise<readonly Run[]> {
  const { runs, refused } = await engine.recover();
  for (const { runId, error } of refused) tell('refused', runId, error.code);
  return runs;
}

/** Looks after the store until it is ended; whatever it takes up is told. */
async function watch(): Promise<void> {
  makeEngine();
  tell('watching');
  await delay(600_000);
}

async function carryOut(): Promise<number> {
  const engine = makeEngine();
  try {
    const runs = role === 'recover' ? await recovered(engine) : await started(engine);
    await Promise.all(runs.map((run) => run.outcome()));
    for (const { id, state } of runs) tell('ended', id, state);
    await engine.close();
    return runs.every(({ state }) => state === 'SUCCESS') ? 0 : 1;
  } catch (error) {
    tell('failed', codeOf(error));
    await delay(stayMs);
    const again = await engine.start(effects, { effects: directory }).then(String, codeOf);
    tell('again', again, engine.health().state);
    return 3;
  }
}

try {
  if (role === 'watch') await watch();
  else process.exit(await carryOut());
} catch (error) {
  tell('failed', codeOf(error));
  process.exit(3);
}
