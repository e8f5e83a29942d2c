import { describe, expect, it } from 'vitest';
import { planText, textWidth } from '../../../src/plan/index.ts';
import { nothing, planOf } from '../../workflow/declared.ts';
import { addingPlan, chainOf } from './plans.ts';

describe('planText', () => {
  it('shows steps by wave, lanes aside, what they wait for, and the point of no return', () => {
    expect(planText(addingPlan(3), { concurrency: 2, width: 80 })).toBe(
      `
Add OB server, version 1
9 tasks, 10 edges, 5 waves; about 3 min 3 s with 2 at a time (2 at most);
critical path 1 min 33 s; durations as declared
at most at a time: host:* 1 of 1 (3 of them)

  wave   #  task                    estimate  slack  waits for  undo
*    1   1  Reserve host              500 ms    0 s  –          undo
*    2  2…  Pre check                    1 s    0 s  1          –
              3 tasks: host:1 host:2 host:3
*    3  3…  Install rpm           1 min 30 s    0 s  own 2…     undo
              3 tasks: host:1 host:2 host:3
*    4   8  Wait node                    0 s    0 s  3…         –
──── point of no return: no rollback of the whole run after this ───────────────
*    5   9  Log in with [secret]         1 s    0 s  8          irreversible

* is on the critical path; slack is what can be lost without making that longer;
2… is every task of the line of task 2; own 2… is the one of the same lane
`.trim(),
    );
  });

  it('tells a lane of its own from all lanes', () => {
    const text = planText(
      planOf((flow) => {
        const a = flow.forEach([1, 2], () => flow.task('a', nothing));
        flow.forEach([1, 2], () => flow.task('b', { upstream: { a }, ...nothing }));
      }),
    );
    expect(text).toMatch(/b .* 1…/);
    expect(text).not.toContain('own 1…  ');
  });

  it('is readable for 10,000 lanes', () => {
    const lines = planText(addingPlan(10_000), { width: 80 }).split('\n');
    expect(lines.length).toBeLessThan(25);
    expect(lines.filter((line) => line.includes('10000 tasks: host:1 host:2'))).toHaveLength(2);
    expect(lines.filter((line) => / … \d+ more$/.test(line))).toHaveLength(2);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(80);
  });

  it('fits any width of at least 70, whatever the names', () => {
    const names = ['数据库升级'.repeat(12), 'x'.repeat(300), '\u001b[31mred\n', '👩‍🚀🚀'.repeat(20)];
    for (const width of [70, 80, 120]) {
      const text = planText(chainOf(names), { width });
      for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
      expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    }
  });

  it('says the smallest slack of a line, what was observed, limits by their beginning, and concurrencies', () => {
    //  a(50) -> end(1 s)      short(10, 20) ->
    const plan = planOf((flow) => {
      const a = flow.task('a', { ...nothing, estimateMs: 50, limits: ['db'] });
      const short = flow.forEach([10, 20], (estimateMs) =>
        flow.task('short', { ...nothing, estimateMs, limits: [`host:${estimateMs}`] }),
      );
      flow.task('end', { upstream: [a, short], ...nothing });
    });
    const text = planText(plan, {
      ...{ concurrency: 1, compare: [1, Infinity], limits: { db: 4 }, observedRuns: 2 },
      durations: ({ name }) => (name === 'a' ? 60 : undefined),
    });
    expect(text).toBe(
      `
w, version 1
4 tasks, 3 edges, 2 waves; about 1.1 s with 1 at a time (1 at most); critical path 1.1 s;
durations observed in 2 runs for 1 of 3 steps, as declared for the rest
at most at a time: host:* 1 of 1 (2 of them), db 1 of 4

at a time  makespan  ratio  peak  lower bound
        1     1.1 s   1.03     1        1.1 s
 no limit     1.1 s   1.00     3        1.1 s

  wave   #  task   estimate  slack  waits for  undo
*    1   1  a         60 ms    0 s  –          –
        2…  short     20 ms  40 ms  –          –
              2 tasks: 0 1
*    2   4  end         1 s    0 s  1, 2…      –

* is on the critical path; slack is what can be lost without making that longer; 2… is every task of
the line of task 2; own 2… is the one of the same lane
`.trim(),
    );
  });

  it('tells no more than eight kinds of limits one by one', () => {
    const names = Array.from({ length: 30 }, (_, n) => `limit ${n}`);
    const plan = planOf((flow) => {
      for (const name of names) flow.task('a', { ...nothing, limits: [name] });
    });
    expect(planText(plan).split('\n').join(' ')).toContain('limit 7 1 of 1, … 22 more');
  });

  it('shows no secret', () => {
    expect(planText(addingPlan(2))).not.toContain('hunter22');
  });

  it('shows a plan without tasks', () => {
    expect(planText(planOf(() => {}))).toBe(
      'w, version 1\n0 tasks, 0 edges, 0 waves; about 0 s with 16 at a time (0 at most); critical path 0 s',
    );
  });
});
