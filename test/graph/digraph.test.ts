import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDigraph, downstreamsOf, reversed, UpstreamBuilder, upstreamsOf } from '../../src/graph/index.ts';
import { anyGraph, digraphOf } from './graphs.ts';

describe('a digraph', () => {
  it('keeps upstreams in the given order and lists downstreams ascending', () => {
    //  2 -> 0 <- 1,  2 -> 1
    const graph = buildDigraph(3, { start: Int32Array.of(0, 2, 3, 3), list: Int32Array.of(2, 1, 2) });
    expect([...upstreamsOf(graph, 0)]).toEqual([2, 1]);
    expect([...upstreamsOf(graph, 2)]).toEqual([]);
    expect([...downstreamsOf(graph, 2)]).toEqual([0, 1]);
    expect(graph.edgeCount).toBe(3);
  });

  it('holds exactly the edges it was given, both ways, ascending downstream', () => {
    fc.assert(
      fc.property(anyGraph(12), (drawing) => {
        const graph = digraphOf(drawing);
        for (let v = 0; v < drawing.size; v += 1) {
          const from = drawing.edges.filter(([, to]) => to === v).map(([upstream]) => upstream);
          const to = drawing.edges.filter(([upstream]) => upstream === v).map(([, downstream]) => downstream);
          expect([...upstreamsOf(graph, v)]).toEqual(from);
          expect([...downstreamsOf(graph, v)]).toEqual(to.sort((a, b) => a - b));
          expect([...upstreamsOf(reversed(graph), v)]).toEqual([...downstreamsOf(graph, v)]);
        }
      }),
    );
  });

  it('may be empty', () => {
    const graph = buildDigraph(0, { start: Int32Array.of(0), list: new Int32Array(0) });
    expect(graph).toMatchObject({ size: 0, edgeCount: 0 });
  });

  it('refuses an edge to a vertex outside the graph', () => {
    const build = (upstream: number) => () =>
      buildDigraph(2, { start: Int32Array.of(0, 1, 1), list: Int32Array.of(upstream) });
    expect(build(2)).toThrow(expect.objectContaining({ code: 'INVALID_GRAPH' }));
    expect(build(-1)).toThrow(expect.objectContaining({ code: 'INVALID_GRAPH' }));
  });
});

describe('an upstream builder', () => {
  it('numbers vertices in the order they are added and can go on after a build', () => {
    const builder = new UpstreamBuilder();
    expect([builder.add([]), builder.add([0]), builder.add([1, 0])]).toEqual([0, 1, 2]);
    const before = builder.build();
    expect(builder.add([2])).toBe(3);
    expect(before.size).toBe(3);
    expect([...upstreamsOf(before, 2)]).toEqual([1, 0]);
    expect([...downstreamsOf(builder.build(), 2)]).toEqual([3]);
  });

  it('refuses an upstream that was not added before, and then adds nothing', () => {
    const builder = new UpstreamBuilder();
    builder.add([]);
    for (const upstream of [1, 2, -1, 0.5, NaN]) {
      expect(() => builder.add([0, upstream])).toThrow(expect.objectContaining({ code: 'INVALID_GRAPH' }));
    }
    expect(builder.size).toBe(1);
    builder.add([0]);
    expect([...upstreamsOf(builder.build(), 1)]).toEqual([0]);
  });

  it('grows to any size', () => {
    const builder = new UpstreamBuilder();
    for (let v = 0; v < 5_000; v += 1) builder.add(v === 0 ? [] : [v - 1, 0]);
    const graph = builder.build();
    expect(graph.edgeCount).toBe(9_998);
    expect([...upstreamsOf(graph, 4_999)]).toEqual([4_998, 0]);
    expect(downstreamsOf(graph, 0)).toHaveLength(5_000);
  });
});
