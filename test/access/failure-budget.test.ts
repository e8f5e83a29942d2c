import { expect, it } from 'vitest';
import { FailureBudget } from '../../src/access/failure-budget.ts';

it('the budget of failures remembers the last 10,000 addresses that failed, and none that only succeeded', () => {
  const budget = new FailureBudget({ failuresMax: 2, windowMs: 60_000, addressesMax: 10_000 }, () => 0);
  const fail = (address: string) => budget.begin(address)?.failed();
  const failAll = (prefix: string, count: number) => {
    for (let index = 0; index < count; index += 1) fail(`${prefix} ${index}`);
  };
  for (const address of ['first', 'first', 'second', 'second']) fail(address);
  for (let index = 0; index < 20_000; index += 1) budget.begin(`good ${index}`)?.forgiven();
  failAll('a', 9_998);
  expect(budget.waitMs('second')).toBe(60_000);
  expect(budget.begin('first')).toBeUndefined();
  // Whoever was throttled just now is remembered longest.
  failAll('b', 9_999);
  expect(budget.waitMs('second')).toBe(0);
  expect(budget.waitMs('first')).toBe(60_000);
});

it('an attempt whose address was forgotten meanwhile ends without harm', () => {
  const budget = new FailureBudget({ failuresMax: 1, windowMs: 60_000, addressesMax: 1 }, () => 0);
  const [one, other] = [budget.begin('one'), budget.begin('other')];
  one?.failed();
  other?.forgiven();
  expect([budget.waitMs('one'), budget.waitMs('other')]).toEqual([0, 0]);
});
