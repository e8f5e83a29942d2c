import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom, seedOfRun } from '../support/seeded-random.ts';
import { tellFigures } from './support/figures.ts';
import { drawnRun, Orchestration } from './support/orchestration.ts';
import type { Orchestrator } from './support/orchestrator.ts';

const leaseMs = 1_000;
const takeoverMaxMs = 2 * leaseMs + 1_000;
const pauses = Number(process.env['PRECEDE_PAUSES'] ?? 20);
/** Every so many times the process is killed and started anew instead of stopped for a while. */
const killEvery = 5;
const tasksPerRun = 10;
const timeoutMs = 120_000 + pauses * 10_000;

let stage: Orchestration;

beforeEach(async () => {
  stage = await Orchestration.open();
});

afterEach(async () => {
  await stage.close();
});

/** What a series of pauses and kills came to. */
interface Series {
  readonly takeoversMs: number[];
  /** Stopped in the middle of a write: nobody else could write either, so nobody could take over. */
  stoppedWriting: number;
  kills: number;
  runs: number;
}

/** Stops the process that has just started runs, for longer than its lease; with `untilTaken` until another has them. */
async function pause(
  victim: Orchestrator,
  series: Series,
  { lengthMs, untilTaken }: { lengthMs: number; untilTaken: boolean },
) {
  victim.signal('SIGSTOP');
  const stoppedAtMs = performance.now();
  const had = stage.runsOf(victim);
  const isTaken = (): boolean => stage.runsOf(victim).length < had.length;
  try {
    // A write takes milliseconds: who still writes after half a second is the one that stands still.
    await stage.seen(() => !stage.audit.isBeingWritten(), 500);
    if (had.length > 0 && untilTaken) {
      await stage.seen(isTaken, 20_000);
      series.takeoversMs.push(performance.now() - stoppedAtMs);
    }
  } catch (error) {
    if (!stage.audit.isBeingWritten()) throw error;
    series.stoppedWriting += 1;
  }
  await delay(Math.max(0, lengthMs - (performance.now() - stoppedAtMs)));
  victim.signal('SIGCONT');
}

async function killed(victim: Orchestrator): Promise<Orchestrator> {
  victim.signal('SIGKILL');
  await victim.ended();
  return await stage.begin({ leaseMs });
}

/** One after the other is given runs, and stopped or killed in the middle of them. */
async function disturb(random: () => number): Promise<Series> {
  const series: Series = { takeoversMs: [], stoppedWriting: 0, kills: 0, runs: 0 };
  const pair = [await stage.begin({ leaseMs }), await stage.begin({ leaseMs })];
  for (let at = 0; at < pauses; at++) {
    const place = Math.floor(random() * 2);
    const victim = pair[place];
    if (!victim) throw new Error('There are two of them.');
    const started = await victim.start(at % 2 === 0 ? [drawnRun(random), drawnRun(random)] : [drawnRun(random)]);
    series.runs += started.length;
    // Anywhere in the life of these runs.
    await delay(200 * random());
    if (at % killEvery === killEvery - 1) {
      pair[place] = await killed(victim);
      series.kills += 1;
    } else {
      await pause(victim, series, { lengthMs: 1_200 + 800 * random(), untilTaken: at % 2 === 0 });
    }
  }
  await stage.allOver(60_000);
  return series;
}

/** Nothing that is asked to leave has anything left, so it does so at once. */
async function leave(orchestrators: readonly Orchestrator[]): Promise<readonly (number | null)[]> {
  for (const one of orchestrators) one.signal('SIGTERM');
  return await Promise.all(orchestrators.map(async (one) => (await one.ended()).status));
}

function alive(): readonly Orchestrator[] {
  return stage.orchestrators.filter(({ hasEnded }) => !hasEnded);
}

function unhandled(): readonly unknown[] {
  return stage.orchestrators.flatMap(({ told }) => told.filter(({ kind }) => kind === 'unhandled'));
}

describe('two orchestrators on one store', () => {
  it(
    'carry all runs to their ends while one or the other stands still or is killed: nothing twice, nothing lost',
    async () => {
      const seed = seedOfRun();
      const series = await disturb(seededRandom(seed));
      const lost = stage.orchestrators.flatMap(({ told }) => told.filter(({ kind }) => kind === 'lost'));
      const slowestMs = Math.round(Math.max(...series.takeoversMs));
      const { audit } = stage;
      const stale = audit.staleWrites(stage.orchestrators);
      const { tasks, twice, keptOut } = stage.effects();
      const { SUCCESS = 0, ...others } = audit.states();
      const taken = audit.fences().reduce((sum, fence) => sum + fence - 1, 0);
      tellFigures({
        name: 'two orchestrators',
        passed: SUCCESS,
        failed: series.runs - SUCCESS,
        details:
          `seed ${seed}; ${pauses - series.kills} stops, ${series.kills} kills, ${taken} runs taken over; slowest takeover ` +
          `${slowestMs} ms of ${series.takeoversMs.length} measured (${series.stoppedWriting} stopped while writing); ` +
          `${twice.length} effects twice (${keptOut} kept out by their tokens); ${stale.length} stale records`,
      });
      expect([others, SUCCESS]).toEqual([{}, series.runs]);
      expect([audit.faultsOfJournals(), stale, twice]).toEqual([[], [], []]);
      expect(tasks).toBe(series.runs * tasksPerRun);
      expect(series.takeoversMs.length).toBeGreaterThan(0);
      expect(slowestMs).toBeLessThanOrEqual(takeoverMaxMs);
      // Who stood still has been told so, and nothing else went wrong with any run.
      expect(new Set(lost.map((told) => told.kind === 'lost' && told.code))).toEqual(new Set(['LEASE_LOST']));
      expect(unhandled()).toEqual([]);
      expect(await leave(alive())).toEqual([0, 0]);
    },
    timeoutMs,
  );

  it(
    'let each other be: one whose step takes five times its lease keeps its run',
    async () => {
      const [owner] = [await stage.begin({ leaseMs }), await stage.begin({ leaseMs })];
      await owner.start([{ lengthsMs: [5 * leaseMs, 20, 20, 20] }]);
      await stage.allOver(60_000);
      expect([stage.audit.states(), stage.audit.fences()]).toEqual([{ SUCCESS: 1 }, [1]]);
      expect(stage.orchestrators.flatMap(({ told }) => told.filter(({ kind }) => kind === 'taken'))).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'take over from one whose step blocks it for three times its lease: it is told, and its other runs go on as well',
    async () => {
      const [owner, other] = [await stage.begin({ leaseMs }), await stage.begin({ leaseMs })];
      const random = seededRandom(1);
      const blocking = { ...drawnRun(random), blockMs: 3 * leaseMs };
      const [first = 0] = await owner.start([drawnRun(random), blocking, drawnRun(random)]);
      await other.hears(({ kind }) => kind === 'taken');
      await stage.allOver(60_000);
      const { audit } = stage;
      expect(audit.states()).toEqual({ SUCCESS: 3 });
      expect([audit.faultsOfJournals(), audit.staleWrites(stage.orchestrators)]).toEqual([[], []]);
      expect(stage.effects()).toMatchObject({ tasks: 3 * tasksPerRun, twice: [] });
      const told = await owner.hears(({ kind }) => kind === 'lost');
      expect(told).toMatchObject({ code: 'LEASE_LOST' });
      expect(first).toBe(1);
      // It goes on with what comes later.
      const [later = 0] = await owner.start([drawnRun(random)]);
      await owner.hears(
        (one) => one.kind === 'recorded' && one.runId === later && one.to === 'SUCCESS' && one.task === undefined,
      );
      expect(await leave(alive())).toEqual([0, 0]);
    },
    timeoutMs,
  );
});
