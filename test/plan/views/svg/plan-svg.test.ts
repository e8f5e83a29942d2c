import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayName } from '../../../../src/graph/index.ts';
import { planSvg } from '../../../../src/plan/index.ts';
import { taskStates } from '../../../../src/state/index.ts';
import { nothing, planOf } from '../../../workflow/declared.ts';
import { addingPlan, chainOf } from '../plans.ts';
import { elementsOf, parseXml, type XmlElement } from '../xml.ts';

const nasty = ['<', '>', '&', '"', "'", '</svg>', '<script>', ']]>', '&amp;', '\u0000', '\ufffe', '\ud800', '🚀', '宽'];
const names = fc.uniqueArray(
  fc.oneof(
    fc.array(fc.constantFrom(...nasty, 'a'), { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ minLength: 1, unit: 'binary' }),
  ),
  { minLength: 1, maxLength: 8 },
);

const titlesOf = (root: XmlElement): readonly string[] =>
  elementsOf(root).flatMap(({ name, text, attributes }) => (name === 'title' && !attributes['id'] ? [text] : []));

const ofClass = (root: XmlElement, wanted: string): readonly XmlElement[] =>
  elementsOf(root).filter(({ attributes }) => attributes['class']?.split(' ').includes(wanted));

describe('planSvg', () => {
  it('is well-formed for any names, holds no script, and says every name', () => {
    fc.assert(
      fc.property(names, (list) => {
        const root = parseXml(planSvg(chainOf(list)));
        expect(titlesOf(root)).toEqual(
          list.map((name, index) => {
            const shown = displayName(name).replaceAll(/[\ufffe\uffff]/g, '\ufffd');
            return `${index + 1} ${shown}, about 1 s, on the critical path`;
          }),
        );
        const known = ['svg', 'title', 'desc', 'style', 'defs', 'marker', 'path', 'rect', 'g', 'text'];
        expect(elementsOf(root).filter(({ name }) => !known.includes(name))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('has a title and a description, and is an image to those who hear it', () => {
    const root = parseXml(planSvg(addingPlan(2)));
    expect(root.attributes).toMatchObject({ xmlns: 'http://www.w3.org/2000/svg', role: 'img' });
    expect(root.children.slice(0, 2)).toMatchObject([
      { name: 'title', text: 'Add OB server' },
      { name: 'desc', text: '7 tasks, 7 edges.' },
    ]);
  });

  it('draws a barrier round, an irreversible task dashed, the critical path thick, and masks secrets', () => {
    const svg = planSvg(addingPlan(1));
    const root = parseXml(svg);
    expect(titlesOf(root)).toEqual([
      '1 Reserve host, about 500 ms, on the critical path',
      '2 Pre check, host:1, about 1 s, on the critical path',
      '3 Install rpm, host:1, about 1 min 30 s, on the critical path',
      '4 Wait node, barrier, on the critical path',
      '5 Log in with [secret], about 1 s, on the critical path, irreversible',
    ]);
    expect(ofClass(root, 'irreversible')).toHaveLength(1);
    expect(ofClass(root, 'warning').map(({ text }) => text)).toEqual(['point of no return']);
    expect(elementsOf(root).filter(({ attributes }) => attributes['class'] === 'edge critical')).toHaveLength(4);
    expect(svg).not.toContain('hunter22');
  });

  it('draws up to four lanes of a step apart, and more as one box with its count and its first lanes', () => {
    expect(ofClass(parseXml(planSvg(addingPlan(4))), 'box')).toHaveLength(1 + 4 + 4 + 2);
    const folded = parseXml(planSvg(addingPlan(5)));
    expect(ofClass(folded, 'box')).toHaveLength(1 + 1 + 1 + 2);
    expect(titlesOf(folded)[1]).toBe(
      '2 … · 5 tasks Pre check, host:1 host:2 host:3 …'.replace(' …', '…') + ', about 1 s each, on the critical path',
    );
    expect(ofClass(folded, 'edge')).toHaveLength(4);
  });

  it('places no box on another one, and lanes in their order', () => {
    const root = parseXml(planSvg(addingPlan(4)));
    const places = elementsOf(root).flatMap(({ attributes }) => {
      const [, x, y] = /^translate\((\S+) (\S+)\)$/.exec(attributes['transform'] ?? '') ?? [];
      return x === undefined || y === undefined ? [] : [{ x: Number(x), y: Number(y) }];
    });
    for (const [at, a] of places.entries()) {
      for (const b of places.slice(at + 1)) expect(Math.abs(a.x - b.x) >= 216 || Math.abs(a.y - b.y) >= 50).toBe(true);
    }
    const checks = places.slice(1, 5).map(({ x }) => x);
    expect(checks).toEqual(checks.toSorted((a, b) => a - b));
  });

  it('colours every state, and shows the states of a folded step as parts of a bar', () => {
    const plan = planOf((flow) => {
      for (const state of taskStates) flow.task(state, nothing);
    });
    const root = parseXml(planSvg(plan, { states: (task) => taskStates[task] ?? '' }));
    for (const state of taskStates) expect(ofClass(root, `state-${state}`)).toHaveLength(1);
    // Tasks of five lanes: 1, then 2 3 of the first lane, 4 5 of the second …
    const folded = parseXml(planSvg(addingPlan(5), { states: (task) => (task < 5 ? 'SUCCESS' : 'READY') }));
    expect(ofClass(folded, 'state-fill-SUCCESS')).toHaveLength(2);
    expect(titlesOf(folded)[1]).toContain('2 SUCCESS, 3 READY');
  });

  it('leaves out what nobody can look at, and says how much', () => {
    const svg = planSvg(chainOf(Array.from({ length: 10_000 }, (_, index) => `t${index}`)));
    const root = parseXml(svg);
    expect(ofClass(root, 'box')).toHaveLength(600);
    expect(root.children[1]?.text).toBe(
      '10000 tasks, 9999 edges. The picture shows the first 600 boxes; 9,400 tasks of later waves are not drawn.',
    );
    expect(svg.length).toBeLessThan(400_000);
  });

  it('is quick with graphs that take dagre minutes', () => {
    //  every task waits for every one of the ten before it, and for the first
    const dense = planOf((flow) => {
      const tasks: ReturnType<typeof flow.task>[] = [];
      for (let at = 0; at < 600; at++)
        tasks.push(
          flow.task(`t${at}`, { upstream: [...new Set([...tasks.slice(0, 1), ...tasks.slice(-10)])], ...nothing }),
        );
    });
    const beganMs = performance.now();
    const root = parseXml(planSvg(dense));
    expect(performance.now() - beganMs).toBeLessThan(3_000);
    expect(ofClass(root, 'edge')).toHaveLength(3_000);
    expect(root.children[1]?.text).toMatch(/edges are not drawn\.$/);
  });

  it('draws an empty plan', () => {
    const root = parseXml(planSvg(planOf(() => {})));
    expect(Number(root.attributes['width'])).toBeGreaterThan(0);
    expect(Number(root.attributes['height'])).toBeGreaterThan(0);
    expect(ofClass(root, 'box')).toEqual([]);
  });
});
