import { describe, expect, it } from 'vitest';
import { toTaskInfo } from '../../src/ocp/index.ts';
import { RunRecord, snapshotOfRun } from '../../src/state/index.ts';
import { planWorkflow } from '../../src/plan/index.ts';
import { drawnWorkflow, type DrawnTask, type Drawing } from '../support/setup.ts';
import { misshapen } from './invariants.ts';
import { expectKept, keepsAll, property } from './kept.ts';
import { anyScenario, limitSizes } from './scenario.ts';
import { play, untilNothingIsDue } from './simulated-run.ts';

const timeoutMs = 120_000;

describe('a run of any plan, whatever happens and whatever is asked of it', { timeout: timeoutMs }, () => {
  it('keeps order, once, join, limit and stop', async () => {
    await keepsAll(anyScenario(40), 250);
  });

  it('keeps them with up to 200 tasks', async () => {
    await keepsAll(anyScenario(200), 40);
  });

  it('succeeds when nothing fails and nobody interferes', async () => {
    await property(
      anyScenario(60, 'calm'),
      async (scenario) => {
        const played = await play(scenario);
        expectKept(played, scenario);
        expect(played.run.state).toBe('SUCCESS');
        expect(played.journal.filter(({ type }) => type === 'task-started')).toHaveLength(scenario.tasks.length);
      },
      60,
    );
  });

  it('fits the documented shape at every event', async () => {
    await property(
      anyScenario(40),
      async (scenario) => {
        const wrong: string[] = [];
        await play(scenario, (_, run) => wrong.push(...misshapen(toTaskInfo(run.snapshot()))));
        expect(wrong).toEqual([]);
      },
      80,
    );
  });

  it('is the same to the byte when it is played again', async () => {
    await property(
      anyScenario(40),
      async (scenario) => {
        const [one, other] = [await play(scenario), await play(scenario)];
        expect(JSON.stringify(other.journal)).toBe(JSON.stringify(one.journal));
        expect(JSON.stringify(other.notices)).toBe(JSON.stringify(one.notices));
      },
      80,
    );
  });

  it('is in memory what its journal says', async () => {
    await property(
      anyScenario(40),
      async (scenario) => {
        const { run, journal } = await play(scenario);
        const record = new RunRecord(run.plan.graph);
        for (const event of journal) record.apply(event);
        expect(snapshotOfRun({ header: run.header, plan: run.plan, record })).toEqual(run.snapshot());
      },
      80,
    );
  });

  it('gives every slot and limit back', async () => {
    await property(
      anyScenario(30),
      async (scenario) => {
        const { engine, clock } = await play(scenario);
        const holders = Object.entries(limitSizes).flatMap(([name, size]) =>
          Array.from({ length: size }, (_, n) => [`${name} ${n}`, { limits: [name], priority: 1e9 }] as const),
        );
        const others = Array.from({ length: 8 }, (_, n) => [`other ${n}`, []] as const);
        const drawing: Drawing = Object.fromEntries<DrawnTask>([...holders, ...others]);
        const { workflow, tasks } = drawnWorkflow(drawing, { name: 'Probe' });
        await engine.start(workflow, {});
        await untilNothingIsDue(clock);
        const begun = Object.values(tasks).filter((task) => task.begun === 1).length;
        expect(begun).toBe(Math.min(scenario.concurrency, holders.length + others.length));
      },
      80,
    );
  });

  it('tells notices only of what the journal has, in its order', async () => {
    await property(
      anyScenario(30),
      async (scenario) => {
        const { notices, journal } = await play(scenario);
        const told = notices.flatMap((notice) => ('sequence' in notice ? [notice] : []));
        for (const { sequence, event, atMs } of told)
          expect(journal[sequence - 1]).toMatchObject({ type: event, atMs });
        const sequences = told.map(({ sequence }) => sequence);
        expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
        // The first was told before anybody could listen.
        expect(new Set(sequences).size).toBe(journal.length - 1);
      },
      40,
    );
  });
});

it('a plan of the empty drawing is a run, too', () => {
  expect(planWorkflow(drawnWorkflow({}).workflow, {}).tasks).toEqual([]);
});
