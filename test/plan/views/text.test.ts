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
critical path 1 min 33 s

  wave   #  task                    estimate  waits for  undo
*    1   1  Reserve host              500 ms  –          undo
*    2  2…  Pre check                    1 s  1          –
              3 tasks: host:1 host:2 host:3
*    3  3…  Install rpm           1 min 30 s  own 2…     undo
              3 tasks: host:1 host:2 host:3
*    4   8  Wait node                    0 s  3…         –
──── point of no return: no rollback of the whole run after this ───────────────
*    5   9  Log in with [secret]         1 s  8          irreversible

* is on the critical path; 2… is every task of the line of task 2; own 2… is the
one of the same lane
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
    expect(lines.length).toBeLessThan(20);
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

  it('shows no secret', () => {
    expect(planText(addingPlan(2))).not.toContain('hunter22');
  });

  it('shows a plan without tasks', () => {
    expect(planText(planOf(() => {}))).toBe(
      'w, version 1\n0 tasks, 0 edges, 0 waves; about 0 s with 16 at a time (0 at most); critical path 0 s',
    );
  });
});
