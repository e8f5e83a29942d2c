import { describe, expect, it } from 'vitest';
import { planJson, planJsonPieces } from '../../../src/plan/index.ts';
import { planOf } from '../../workflow/declared.ts';
import { addingPlan } from './plans.ts';

describe('planJson', () => {
  it('says everything of a plan in a fixed order', () => {
    const json = planJson(addingPlan(1), { concurrency: 2 });
    expect(JSON.stringify(json, null, 1)).toBe(
      JSON.stringify(
        {
          schema: 1,
          workflow: 'Add OB server',
          version: '1',
          description: 'Add OB server',
          fingerprint: addingPlan(1).fingerprint,
          input: { hosts: 1, password: '[secret]' },
          claims: ['cluster:[secret]'],
          totals: {
            tasks: 5,
            edges: 4,
            waves: 5,
            workMs: 92_500,
            makespanMs: 92_500,
            criticalPathMs: 92_500,
            concurrency: 2,
            peakConcurrency: 1,
          },
          durations: { source: 'declared', runs: 0, observedSteps: 0, steps: 4 },
          limits: [{ name: 'host:1', size: 1, peak: 1 }],
          comparison: [],
          criticalPath: [1, 2, 3, 4, 5],
          pointOfNoReturn: { task: 5, irreversible: [5], lockedIn: [1, 2, 3, 4] },
          tasks: [
            task({
              number: 1,
              key: 'Reserve host',
              name: 'Reserve host',
              downstreams: [2],
              estimateMs: 500,
              finishMs: 500,
              undo: 'undo',
            }),
            task({
              number: 2,
              key: 'host:1/Pre check',
              name: 'Pre check',
              lane: 'host:1',
              upstreams: [1],
              downstreams: [3],
              startMs: 500,
              finishMs: 1_500,
              hasCheck: true,
            }),
            task({
              number: 3,
              key: 'host:1/Install rpm',
              name: 'Install rpm',
              lane: 'host:1',
              upstreams: [2],
              downstreams: [4],
              estimateMs: 90_000,
              startMs: 1_500,
              finishMs: 91_500,
              undo: 'undo',
              hasPreview: true,
              timeoutMs: 600_000,
              limits: ['host:1'],
            }),
            task({
              number: 4,
              key: 'Wait node',
              name: 'Wait node',
              kind: 'barrier',
              upstreams: [3],
              downstreams: [5],
              estimateMs: 0,
              startMs: 91_500,
              finishMs: 91_500,
            }),
            task({
              number: 5,
              key: 'log in',
              name: 'Log in with [secret]',
              upstreams: [4],
              startMs: 91_500,
              finishMs: 92_500,
              undo: 'irreversible',
            }),
          ],
        },
        null,
        1,
      ),
    );
  });

  it('survives JSON, at any concurrency', () => {
    const json = planJson(addingPlan(2), { concurrency: Infinity });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json['totals']).toMatchObject({ concurrency: null });
  });

  it('says what was observed and compared', () => {
    const json = planJson(addingPlan(2), {
      ...{ concurrency: 1, compare: [1, Infinity], limits: { 'host:*': Infinity }, observedRuns: 4 },
      durations: ({ name }) => (name === 'Install rpm' ? 10_000 : undefined),
    });
    expect(json).toMatchObject({
      // 500 + 2 * 1,000 + 2 * 10,000 + 0 + 1,000
      totals: { workMs: 23_500, makespanMs: 23_500, criticalPathMs: 12_500 },
      durations: { source: 'observed', runs: 4, observedSteps: 1, steps: 4 },
      limits: [
        { name: 'host:1', size: null, peak: 1 },
        { name: 'host:2', size: null, peak: 1 },
      ],
      comparison: [
        { concurrency: 1, makespanMs: 23_500, ratio: 1.88, peakConcurrency: 1, lowerBoundMs: 12_500 },
        { concurrency: null, makespanMs: 12_500, ratio: 1, peakConcurrency: 2, lowerBoundMs: 12_500 },
      ],
    });
    const tasks = json['tasks'] as unknown as { name: string; estimateMs: number; durationMs: number }[];
    expect(tasks.filter(({ name }) => name === 'Install rpm')).toMatchObject([
      { estimateMs: 90_000, durationMs: 10_000 },
      { estimateMs: 90_000, durationMs: 10_000 },
    ]);
  });

  it.each([0, 1, 300, 1_500])('is the same in pieces, with %d hosts', (hosts) => {
    const plan = hosts === 0 ? planOf(() => {}) : addingPlan(hosts);
    const pieces = [...planJsonPieces(plan, { concurrency: 4 })];
    expect(pieces.join('')).toBe(JSON.stringify(planJson(plan, { concurrency: 4 }), null, 2));
    for (const piece of pieces) expect(piece.length).toBeLessThan(500_000);
  });

  it('has mutual edges', () => {
    const tasks = planJson(addingPlan(3))['tasks'] as unknown as {
      number: number;
      upstreams: number[];
      downstreams: number[];
    }[];
    const down = tasks.flatMap(({ number, downstreams }) => downstreams.map((other) => `${number}-${other}`));
    const up = tasks.flatMap(({ number, upstreams }) => upstreams.map((other) => `${other}-${number}`));
    expect(new Set(down)).toEqual(new Set(up));
  });

  it('says null where there is no point of no return', () => {
    expect(planJson(planOf(() => {}))).toMatchObject({ pointOfNoReturn: null, tasks: [], criticalPath: [] });
  });

  it('shows no secret', () => {
    expect(JSON.stringify(planJson(addingPlan(2)))).not.toContain('hunter22');
  });
});

/** One task of a chain, so that its wave is its number. */
function task(shown: Readonly<Record<string, unknown>>): object {
  const { lane = null, name } = shown;
  return {
    number: 0,
    key: '',
    name: '',
    description: name,
    kind: 'task',
    lane,
    parallelIdx: lane === null ? -1 : 0,
    upstreams: [],
    downstreams: [],
    estimateMs: 1_000,
    durationMs: shown['estimateMs'] ?? 1_000,
    wave: shown['number'],
    startMs: 0,
    finishMs: 0,
    slackMs: 0,
    isCritical: true,
    limits: [],
    timeoutMs: null,
    attemptsMax: 1,
    undo: 'none',
    hasCheck: false,
    hasPreview: false,
    skippable: true,
    ...shown,
  };
}
