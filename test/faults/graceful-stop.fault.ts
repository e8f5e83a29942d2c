import { createEngine, sqliteStore } from 'precede';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endOf, launcher, type Ended } from '../e2e/support/precede.ts';
import { seededRandom, seedOfRun } from '../support/seeded-random.ts';
import workflow from './support/token-effects.ts';
import { tellFigures } from './support/figures.ts';
import { drawnRun, Orchestration } from './support/orchestration.ts';
import type { Orchestrator } from './support/orchestrator.ts';

const leaveMaxMs = 10_000;
const tasksPerRun = 10;
const runsInFlight = 100;
const runsOfCli = 20;
const sigterm = 128 + 15;
const timeoutMs = 180_000;
const workflowFile = fileURLToPath(new URL('support/token-effects.ts', import.meta.url));

let stage: Orchestration;

beforeEach(async () => {
  stage = await Orchestration.open();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await stage.close();
});

/** A process with a hundred runs, of which some tasks are done and some under way. */
async function inFlight(): Promise<{ readonly orchestrator: Orchestrator; readonly seed: number }> {
  const seed = seedOfRun();
  const random = seededRandom(seed);
  const orchestrator = await stage.begin({ concurrency: 16 });
  await orchestrator.start(Array.from({ length: runsInFlight }, () => drawnRun(random)));
  await orchestrator.hears((told) => told.kind === 'recorded' && told.task !== undefined && told.to === 'SUCCESS');
  return { orchestrator, seed };
}

/** What was recorded once is there still. */
function lostOf({ told }: Orchestrator): readonly unknown[] {
  const kept = new Set(stage.audit.written().map(({ runId, sequence }) => `${runId} ${sequence}`));
  return told.filter((one) => one.kind === 'recorded' && !kept.has(`${one.runId} ${one.sequence}`));
}

/** Another process carries all that is left to its end. */
async function carryOn(runs: number): Promise<void> {
  const next = await stage.begin({ concurrency: 32 });
  await stage.allOver(90_000);
  const { audit } = stage;
  expect(audit.states()).toEqual({ SUCCESS: runs });
  expect([audit.faultsOfJournals(), audit.staleWrites(stage.orchestrators)]).toEqual([[], []]);
  expect(stage.effects()).toMatchObject({ tasks: runs * tasksPerRun, twice: [] });
  next.signal('SIGTERM');
  expect(await next.ended()).toEqual({ status: 0, signal: null });
}

describe('a program that is asked to end with a hundred runs in flight', () => {
  it(
    'has left within ten seconds, lets all its runs go, and loses nothing',
    async () => {
      const { orchestrator, seed } = await inFlight();
      const askedAtMs = performance.now();
      orchestrator.signal('SIGTERM');
      const ended = await orchestrator.ended();
      const tookMs = Math.round(performance.now() - askedAtMs);
      expect([ended, orchestrator.stderr]).toEqual([{ status: 0, signal: null }, '']);
      expect(tookMs).toBeLessThanOrEqual(leaveMaxMs);
      const open = stage.audit.openRuns();
      expect(open.length).toBeGreaterThan(0);
      expect(open.filter(({ pid }) => pid !== undefined)).toEqual([]);
      expect(lostOf(orchestrator)).toEqual([]);
      await carryOn(runsInFlight);
      const { keptOut } = stage.effects();
      const details = `seed ${seed}; left after ${tookMs} ms with ${open.length} runs open; 0 effects twice (${keptOut} kept out)`;
      tellFigures({ name: 'runs in flight at SIGTERM', passed: runsInFlight, failed: 0, details });
    },
    timeoutMs,
  );

  it(
    'ends at once when it is asked again, and loses nothing',
    async () => {
      const { orchestrator, seed } = await inFlight();
      orchestrator.signal('SIGTERM');
      await orchestrator.hears(({ kind }) => kind === 'leaving');
      orchestrator.signal('SIGTERM');
      expect(await orchestrator.ended()).toEqual({ status: sigterm, signal: null });
      expect(lostOf(orchestrator)).toEqual([]);
      await carryOn(runsInFlight);
      const details = `seed ${seed}; ${stage.effects().keptOut} effects kept out by their tokens`;
      tellFigures({ name: 'runs in flight at a second SIGTERM', passed: runsInFlight, failed: 0, details });
    },
    timeoutMs,
  );
});

/** Runs that an engine has started and let go of before they were over. */
async function leftRuns(): Promise<void> {
  vi.stubEnv('PRECEDE_EFFECTS', stage.effectsDirectory);
  const store = sqliteStore(stage.storeFile);
  const engine = createEngine({ store, workflows: [workflow], recover: false, concurrency: 1 });
  const input = { lengthsMs: Array.from({ length: tasksPerRun }, () => 200) };
  for (let at = 0; at < runsOfCli; at++) await engine.start(workflow, input, { workflowSource: workflowFile });
  await engine.close({ drainMs: 0 });
  await store.close();
}

function spawnRecover(): { readonly pid: number; readonly ended: Promise<Ended>; readonly signal: () => void } {
  const args = [launcher, 'recover', '--store', stage.storeFile, '--format', 'json'];
  const env = { ...process.env, PRECEDE_EFFECTS: stage.effectsDirectory };
  const child = spawn(process.execPath, args, { env, cwd: stage.directory, timeout: 120_000 });
  child.stdin.end();
  return { pid: child.pid ?? 0, ended: endOf(child), signal: () => void child.kill('SIGTERM') };
}

describe('precede recover', () => {
  it(
    'leaves within ten seconds when it is asked to, and the next one carries all runs to their ends',
    async () => {
      await leftRuns();
      expect(stage.audit.openRuns()).toHaveLength(runsOfCli);
      const first = spawnRecover();
      // It has taken the runs up, and is in the middle of their tasks.
      const before = stage.effects().tasks;
      await stage.seen(() => stage.effects().tasks > before, 60_000);
      const askedAtMs = performance.now();
      first.signal();
      const { status } = await first.ended;
      const tookMs = Math.round(performance.now() - askedAtMs);
      expect(status).toBe(sigterm);
      expect(tookMs).toBeLessThanOrEqual(leaveMaxMs);
      const open = stage.audit.openRuns();
      expect(open.length).toBeGreaterThan(0);
      expect(open.filter(({ pid }) => pid !== undefined)).toEqual([]);
      const second = await spawnRecover().ended;
      expect(second.status).toBe(0);
      const documents = JSON.parse(second.stdout) as readonly { readonly status: string }[];
      expect(documents.map(({ status: of }) => of)).toEqual(open.map(() => 'SUCCESS'));
      expect(stage.audit.states()).toEqual({ SUCCESS: runsOfCli });
      expect(stage.audit.faultsOfJournals()).toEqual([]);
      expect(stage.effects()).toMatchObject({ tasks: runsOfCli * tasksPerRun, twice: [] });
      const details = `left after ${tookMs} ms with ${open.length} runs open`;
      tellFigures({ name: 'precede recover at SIGTERM', passed: runsOfCli, failed: 0, details });
    },
    timeoutMs,
  );
});
