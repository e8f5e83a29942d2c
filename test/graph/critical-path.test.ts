import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, topologicalOrder } from '../../src/graph/index.ts';
import type { CriticalPath } from '../../src/graph/index.ts';
import { acyclicGraph, digraphOf } from './graphs.ts';
import type { Drawing } from './graphs.ts';

function timesOf(drawing: Drawing, durations: readonly number[]): CriticalPath {
  const graph = digraphOf(drawing);
  return criticalPath(graph, topologicalOrder(graph) ?? new Int32Array(0), Float64Array.from(durations));
}

/** Every path of the drawing that starts at a source and ends at a sink: exponential, for small drawings. */
function wholePaths({ size, edges }: Drawing): number[][] {
  const after = (v: number): number[] => edges.filter(([from]) => from === v).map(([, to]) => to);
  const from = (v: number): number[][] =>
    after(v).length === 0 ? [[v]] : after(v).flatMap((next) => from(next).map((path) => [v, ...path]));
  const sources = Array.from({ length: size }, (_, v) => v).filter((v) => !edges.some(([, to]) => to === v));
  return sources.flatMap(from);
}

const timed = acyclicGraph(8).chain((drawing) =>
  fc.record({
    drawing: fc.constant(drawing),
    durations: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: drawing.size, maxLength: drawing.size }),
  }),
);

describe('the critical path', () => {
  it('is the heaviest of two ways', () => {
    //  0(1) -> 1(5) -> 3(1),  0(1) -> 2(2) -> 3(1)
    const times = timesOf({ size: 4, edges: [[0, 1], [0, 2], [1, 3], [2, 3]] }, [1, 5, 2, 1]); // prettier-ignore
    expect(times.lengthTotal).toBe(7);
    expect(times.path).toEqual([0, 1, 3]);
    expect([...times.start]).toEqual([0, 1, 1, 6]);
    expect([...times.slack]).toEqual([0, 0, 3, 0]);
    expect([...times.tail]).toEqual([7, 6, 3, 1]);
  });

  it('is as long as the heaviest of all paths, and is one of them', () => {
    fc.assert(
      fc.property(timed, ({ drawing, durations }) => {
        const times = timesOf(drawing, durations);
        const lengthOf = (path: readonly number[]): number => path.reduce((sum, v) => sum + (durations[v] ?? NaN), 0);
        const paths = wholePaths(drawing);
        expect(times.lengthTotal).toBe(Math.max(...paths.map(lengthOf)));
        expect(paths).toContainEqual(times.path);
        expect(lengthOf(times.path)).toBe(times.lengthTotal);
      }),
    );
  });

  it('gives each vertex as slack what the heaviest path through it falls short of the whole', () => {
    fc.assert(
      fc.property(timed, ({ drawing, durations }) => {
        const times = timesOf(drawing, durations);
        const lengthOf = (path: readonly number[]): number => path.reduce((sum, v) => sum + (durations[v] ?? NaN), 0);
        const paths = wholePaths(drawing);
        for (let v = 0; v < drawing.size; v += 1) {
          const through = paths.filter((path) => path.includes(v));
          expect(times.slack[v]).toBe(times.lengthTotal - Math.max(...through.map(lengthOf)));
          expect(times.tail[v]).toBe(Math.max(...through.map((path) => lengthOf(path.slice(path.indexOf(v))))));
        }
      }),
    );
  });

  it('has no slack at all along the path even where fractions do not add up', () => {
    const times = timesOf({ size: 3, edges: [[0, 1], [1, 2]] }, [0.1, 0.1, 0.1]); // prettier-ignore
    expect([...times.slack]).toEqual([0, 0, 0]);
  });

  it('is empty for the empty graph', () => {
    expect(timesOf({ size: 0, edges: [] }, [])).toMatchObject({ lengthTotal: 0, path: [] });
  });

  it.each([[[-1]], [[NaN]], [[Infinity]], [[]], [[1, 2]]])('refuses the durations %j for one vertex', (durations) => {
    expect(() => timesOf({ size: 1, edges: [] }, durations)).toThrow(
      expect.objectContaining({ code: 'INVALID_DURATION' }),
    );
  });
});
