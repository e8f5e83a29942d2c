import { describe, expect, it } from 'vitest';
import { planWorkflow, shapeFromJson, shapeToJson } from '../../src/plan/index.ts';
import { drawnWorkflow } from '../support/setup.ts';

describe("a plan's shape in a store", () => {
  it('names the limits of tasks that have any, and takes no room for those that have none', () => {
    const { workflow } = drawnWorkflow({ a: { limits: ['host:1', 'x'] }, b: ['a'] });
    const json = JSON.parse(JSON.stringify(shapeToJson(planWorkflow(workflow, {})))) as ReturnType<typeof shapeToJson>;
    expect(json).toEqual([
      { key: 'a', name: 'a', estimateMs: 1_000, limits: ['host:1', 'x'], upstream: [] },
      { key: 'b', name: 'b', estimateMs: 1_000, upstream: [0] },
    ]);
    expect(shapeFromJson(json).tasks.map(({ limits }) => limits)).toEqual([['host:1', 'x'], []]);
  });
});
