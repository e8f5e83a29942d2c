import fc from 'fast-check';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { displayName } from '../../../../src/graph/index.ts';
import { estimatePlan, planHtml, type PlanFacts, type PlanFinding } from '../../../../src/plan/index.ts';
import { addingPlan, chainOf } from '../plans.ts';
import { elementsOf } from '../xml.ts';
import { readPage, type ReadPage } from './read-page.ts';
import { widePlan } from './wide-plan.ts';

const pageOf = (plan = addingPlan(2), facts: PlanFacts = {}): ReadPage =>
  readPage(planHtml(plan, estimatePlan(plan), facts));

const nasty = [
  '</script>',
  '<!--',
  '<script>',
  '</style>',
  '"',
  "'",
  '&',
  '\u2028',
  '\u202e',
  '\u0000',
  '\ud800',
  '宽',
];
const names = fc.uniqueArray(
  fc.oneof(
    fc.array(fc.constantFrom(...nasty, 'a'), { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
    fc.string({ minLength: 1, unit: 'binary' }),
  ),
  { minLength: 1, maxLength: 5 },
);

/** Links of one part of the page, by where they lead. */
const linksOf = ({ body }: ReadPage, part: string): readonly (string | undefined)[] => {
  const panel = elementsOf(body).find(({ attributes }) => attributes['id'] === part);
  return panel ? elementsOf(panel).flatMap(({ name, attributes }) => (name === 'a' ? [attributes['href']] : [])) : [];
};

describe('planHtml', () => {
  it('lets no name out of its place, and shows each', () => {
    fc.assert(
      fc.property(names, (list) => {
        const { data } = pageOf(chainOf(list));
        expect(data.tasks.map(({ name }) => name)).toEqual(list.map(displayName));
      }),
      { numRuns: 30 },
    );
  });

  it('has a script that is a program', () => {
    expect(() => new Script(pageOf().script)).not.toThrow();
  });

  it('leads from every box and every line to the details of its task', () => {
    const page = pageOf();
    const all = page.data.tasks.map(({ number }) => `#t${number}`);
    expect(all).toHaveLength(7);
    expect(linksOf(page, 'graph')).toHaveLength(7);
    expect(new Set(linksOf(page, 'graph'))).toEqual(new Set(all));
    expect(new Set(linksOf(page, 'schedule'))).toEqual(new Set(all));
  });

  it('tells of each task what is planned', () => {
    //  1 Reserve -> 2 Pre check -> 3 Install (host:1) -> 6 Wait -> 7 Log in
    const page = pageOf();
    expect(page.task(3)).toEqual({
      ...{ number: 3, name: 'Install rpm', lane: 'host:1', tags: ['critical path'] },
      upstreams: { tasks: [2], count: 1 },
      downstreams: { tasks: [6], count: 1 },
      facts: [
        ['Key', 'host:1/Install rpm'],
        ['Estimate', '1 min 30 s'],
        ['Planned', '1.5 s to 1 min 32 s (1 min 30 s)'],
        ['Slack', 'none: it is on the critical path'],
        ['Wave', '3'],
        ['Limits', 'host:1'],
        ['Time limit', '10 min'],
        ['Undo', 'has an undo'],
      ],
    });
    expect(page.task(7)?.tags).toEqual(['critical path', 'irreversible']);
    expect(page.task(7)?.facts).toContainEqual(['Undo', 'irreversible: no rollback of the whole run after this']);
  });

  it('tells what a dry run found out: the output, the steps in order with their hosts, or why nobody knows', () => {
    const findings: readonly (PlanFinding | undefined)[] = [
      { kind: 'done', output: { host: 1, note: 'hunter22' } },
      {
        kind: 'needed',
        steps: [
          { kind: 'command', host: 'host:1', text: 'rpm -i hunter22' },
          { kind: 'sql', host: 'db', text: 'SELECT 1;\nSELECT \u001b[2J' },
          { kind: 'note', text: 'then it waits' },
        ],
      },
      { kind: 'needed', steps: undefined },
      { kind: 'unknown', why: 'it did not answer' },
    ];
    const page = pageOf(addingPlan(2), { finding: (task) => findings[task] });
    expect(page.task(1)).toMatchObject({
      tags: ['done', 'critical path'],
      output: '{\n  "host": 1,\n  "note": "[secret]"\n}',
    });
    expect(page.task(2)?.steps).toEqual([
      { kind: 'command', host: 'host:1', text: 'rpm -i [secret]' },
      { kind: 'sql', host: 'db', text: 'SELECT 1;\nSELECT \\u001b[2J' },
      { kind: 'note', text: 'then it waits' },
    ]);
    expect(page.task(3)).toMatchObject({ tags: ['needed', 'critical path'] });
    expect(page.task(3)).not.toHaveProperty('steps');
    expect(page.task(4)).toMatchObject({ tags: ['unknown'], unknown: 'it did not answer' });
    expect(page.task(5)?.tags).toEqual([]);
  });

  it('tells what would stop the run before all else, with links to the tasks that meet it, masked and escaped', () => {
    const many = Array.from({ length: 150 }, (_, index) => ({ code: 'AGAIN', message: `no ${index}`, tasks: [] }));
    const problem = { code: 'PORT_TAKEN', message: '<b>hunter22</b> listens', next: 'End it & retry.', tasks: [3, 4] };
    const html = planHtml(addingPlan(2), estimatePlan(addingPlan(2)), { problems: [problem, ...many] });
    expect(html).toContain('Would stop the run: 151');
    expect(html).toContain('<strong>PORT_TAKEN</strong> &lt;b&gt;[secret]&lt;/b&gt; listens');
    expect(html).toContain('<a href="#t3">3</a>, <a href="#t4">4</a>');
    expect(html).toContain('End it &amp; retry.');
    expect(html).toContain('… and 51 more');
    expect(html.indexOf('id="problems"')).toBeLessThan(html.indexOf('id="graph"'));
    expect(planHtml(addingPlan(2), estimatePlan(addingPlan(2)))).not.toContain('id="problems"');
  });

  it('bounds what one task says, and tells how much there is', () => {
    const steps = Array.from({ length: 1_000 }, () => ({ kind: 'note', text: 'x'.repeat(10_000) }) as const);
    const task = pageOf(chainOf(['a']), { finding: () => ({ kind: 'needed', steps }) }).task(1);
    expect(task?.steps).toHaveLength(40);
    expect(task?.stepCount).toBe(1_000);
    expect(task?.steps?.[0]?.text).toMatch(/^x{4000}… \(10000 characters\)$/);
  });

  it('shows planned beside actual after a run, with states, attempts and errors', () => {
    const error = { code: 'NO_SPACE', message: 'hunter22 is full', next: 'Make room.' };
    const tasks = [
      { state: 'SUCCESS', attempt: 1, startedAtMs: 1_000, finishedAtMs: 3_000 },
      { state: 'FAILED', attempt: 3, startedAtMs: 3_000, finishedAtMs: 9_000, error },
      ...Array.from({ length: 5 }, () => ({ state: 'PENDING', attempt: 0 })),
    ];
    const page = pageOf(addingPlan(2), {
      actual: { id: 4, state: 'FAILED', startedAtMs: 1_000, finishedAtMs: 9_000, tasks },
    });
    expect(page.task(2)).toMatchObject({
      tags: ['FAILED', 'critical path'],
      error: 'NO_SPACE: [secret] is full\nMake room.',
    });
    expect(page.task(2)?.facts.slice(-3)).toEqual([
      ['State', 'FAILED'],
      ['Attempts', '3'],
      ['Actual', '2 s to 8 s (6 s), planned 1 s'],
    ]);
    const bars = elementsOf(page.body).filter(({ attributes }) => attributes['class']?.startsWith('actual'));
    expect(bars.map(({ attributes }) => attributes['class'])).toEqual([
      'actual state-fill-SUCCESS',
      'actual state-fill-FAILED',
    ]);
    // The plan is 0.5 + 1 + 90 + 0 + 1 = 92.5 s long; 6 s of that are 6.49 %.
    expect(bars[1]?.attributes).toMatchObject({ x: '2.16%', width: '6.49%' });
  });

  it('masks secrets wherever they stand', () => {
    const plan = addingPlan(6);
    expect(planHtml(plan, estimatePlan(plan))).not.toContain('hunter22');
  });

  it('has room for thousands of hosts: steps are folded, and it says how many tasks have details', () => {
    const plan = widePlan(800);
    const page = planHtml(plan, estimatePlan(plan), {
      finding: () => ({ kind: 'needed', steps: [{ kind: 'note', text: 'n'.repeat(300) }] }),
    });
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
    const { data, body } = readPage(page);
    expect(data.tasks.length).toBeLessThan(plan.tasks.length);
    expect(data.groups.map(({ tasks }) => tasks.count)).toEqual(Array.from({ length: 8 }, () => 800));
    // As many lanes of the first step as of the last.
    const [first, last] = ['Pre check', 'Update'].map((step) => data.tasks.filter(({ name }) => name === step).length);
    expect(Math.abs((first ?? 0) - (last ?? 0))).toBeLessThanOrEqual(1);
    const texts = elementsOf(body).map(({ text }) => text);
    expect(texts).toContain(`This page has the details of ${data.tasks.length.toLocaleString('en')} of 6,409 tasks.`);
  });

  it('gives details of what failed before all others', () => {
    const plan = chainOf(Array.from({ length: 12_000 }, (_, index) => `task ${index} ${'.'.repeat(60)}`));
    const tasks = plan.tasks.map((_, task) => ({ state: task === 11_990 ? 'FAILED' : 'SUCCESS', attempt: 1 }));
    const page = pageOf(plan, { actual: { id: 1, state: 'FAILED', tasks } });
    expect(page.data.tasks.length).toBeLessThan(12_000);
    expect(page.task(11_991)?.tags).toContain('FAILED');
  });

  it('shows an empty plan', () => {
    expect(pageOf(chainOf([])).data).toEqual({ tasks: [], groups: [] });
  });
});
