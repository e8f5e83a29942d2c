import { describe, expect, it } from 'vitest';
import { knownRows } from '../../server/support/known-rows.ts';
import { allRows, knownStore } from '../../workflows/add-ob-server/known-inventory.ts';

describe('reading the inventory without waiting', () => {
  it('gives the rows that the inventory itself lists', async () => {
    const rows = await knownRows();
    expect(rows).toEqual(await allRows(await knownStore()));
    expect(rows.hosts.map(({ id }) => id)).toEqual([101, 102, 1, 2, 3, 4, 5]);
  });
});
