import fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { contentsOf, mapPage, paged, pageOf } from '../../../src/server/lists/page.ts';
import { pageQuery } from '../../../src/server/lists/page-query.ts';
import type { SortKey } from '../../../src/server/lists/sort-order.ts';
import { expectBadRequest } from '../support/expect-api-error.ts';
import { expectValid } from '../support/validates.ts';

interface Item {
  readonly id: number;
  readonly name: string | null;
}

const sorts = { id: ({ id }: Item): SortKey => id, name: ({ name }: Item): SortKey => name };

function named(...names: readonly (string | null)[]): readonly Item[] {
  return names.map((name, id) => ({ id, name }));
}

/** The ids of one page of everything. */
function order(items: readonly Item[], sort: string): readonly number[] {
  return paged(items, { size: 2_000, sort }, sorts).contents.map(({ id }) => id);
}

describe('one page of a list', () => {
  it('is the first ten in their own order unless something else is asked for', () => {
    const { contents, page } = paged(named(...Array.from({ length: 25 }, () => 'x')), {}, sorts);
    expect(contents.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(page).toEqual({ number: 1, size: 10, totalElements: 25, totalPages: 3 });
  });

  it('is empty beyond the end, and tells the true totals', () => {
    expect(paged(named('a', 'b', 'c'), { page: 3, size: 2 }, sorts)).toEqual({
      contents: [],
      page: { number: 3, size: 2, totalElements: 3, totalPages: 2 },
    });
    expect(paged([], { page: Number.MAX_SAFE_INTEGER, size: 2_000 }, sorts).contents).toEqual([]);
  });

  it('of an empty list is the first of no pages', () => {
    expect(paged([], {}, sorts).page).toEqual({ number: 1, size: 10, totalElements: 0, totalPages: 0 });
  });

  it('holds, together with all the others, every item once in the order asked for', () => {
    const items = fc.array(fc.option(fc.constantFrom('a', 'b', 'B', 'ä', '')), { maxLength: 40 });
    const sort = fc.constantFrom('id,asc', 'id,desc', 'name,asc', 'name,desc', 'name');
    fc.assert(
      fc.property(items, sort, fc.integer({ min: 1, max: 12 }), (names, asked, size) => {
        const all = named(...names);
        const { totalPages } = paged(all, { size, sort: asked }, sorts).page;
        const pages = Array.from({ length: totalPages }, (_, position) =>
          paged(all, { page: position + 1, size, sort: asked }, sorts),
        );
        const joined = pages.flatMap(({ contents }) => contents.map(({ id }) => id));
        expect(joined).toEqual(order(all, asked));
        expect(joined.toSorted((a, b) => a - b)).toEqual(all.map(({ id }) => id));
        expect(pages.slice(0, -1).every(({ contents }) => contents.length === size)).toBe(true);
      }),
    );
  });

  it('shows something made of its items, and makes it of no others', () => {
    const made: number[] = [];
    const page = mapPage(paged(named('a', 'b', 'c'), { page: 2, size: 2 }, sorts), ({ id }) => made.push(id));
    expect(made).toEqual([2]);
    expect(page.page.totalElements).toBe(3);
  });

  it('holds to its schema, as an unpaged list does', () => {
    const item = Type.Object({ id: Type.Integer(), name: Type.Unsafe<string | null>({ type: ['string', 'null'] }) });
    expectValid(pageOf(item), paged(named('a', null), {}, sorts));
    expectValid(contentsOf(item), { contents: named('a') });
  });

  it('is asked for with a page from 1 and a size to 2000', () => {
    expect(pageQuery).toMatchObject({
      properties: { page: { minimum: 1, default: 1 }, size: { minimum: 1, maximum: 2_000, default: 10 } },
      additionalProperties: false,
    });
    expectValid(pageQuery, { page: 1, size: 2_000, sort: 'id,desc' });
    expectValid(pageQuery, {});
  });
});

describe('the order of a list', () => {
  it('goes by numbers as numbers and by texts by their code units', () => {
    expect(order(named('b', 'a', 'B'), 'name,asc')).toEqual([2, 1, 0]);
    expect(order(named(...Array.from({ length: 11 }, () => 'x')), 'id,desc')[0]).toBe(10);
  });

  it('keeps equal items as they were in both directions', () => {
    expect(order(named('b', 'a', 'b', 'a'), 'name,asc')).toEqual([1, 3, 0, 2]);
    expect(order(named('b', 'a', 'b', 'a'), 'name,desc')).toEqual([0, 2, 1, 3]);
  });

  it('takes null for less than everything else', () => {
    expect(order(named('a', null, ''), 'name,asc')).toEqual([1, 2, 0]);
    expect(order(named('a', null, ''), 'name,desc')).toEqual([0, 2, 1]);
  });

  it('is ascending when only a field is named, and takes a direction in upper case', () => {
    expect(order(named('b', 'a'), 'name')).toEqual([1, 0]);
    expect(order(named('a', 'b'), 'name,DESC')).toEqual([1, 0]);
  });

  it('is refused for a field that there is not, with those that there are', () => {
    for (const sort of ['age,asc', '__proto__,asc', 'constructor', 'toString,desc', '', ',asc', 'ID,asc'])
      expectBadRequest(() => order(named('a'), sort), 'COM10011', `"${sort}"`, 'Known fields: id, name.');
  });

  it('is refused for a direction that there is not, and for several fields', () => {
    for (const sort of ['id,up', 'id,', 'id,asc,name', 'id,asc,name,desc'])
      expectBadRequest(() => order(named('a'), sort), 'COM10011', 'Known fields: id, name.');
  });

  it('is refused on an empty list too, and control characters are shown escaped', () => {
    expectBadRequest(() => order([], '\u001b[2J,asc'), 'COM10011', '\\u001b[2J');
  });
});
