import { Type, type TSchema } from 'typebox';
import { pageDefaults, type PageQuery } from './page-query.ts';
import { sortedBy, type Sorts } from './sort-order.ts';

/** One page of a list. */
export interface Page<Item> {
  contents: Item[];
  page: PageFacts;
}

/** Where a page stands in its list. */
interface PageFacts {
  /** From 1. */
  number: number;
  /** How many items a page may hold. */
  size: number;
  totalElements: number;
  totalPages: number;
}

const pageFactsSchema = Type.Object(
  {
    number: Type.Integer({ description: 'From 1.' }),
    size: Type.Integer({ description: 'How many items a page may hold.' }),
    totalElements: Type.Integer(),
    totalPages: Type.Integer(),
  },
  { title: 'Page', additionalProperties: false },
);

/**
 * One page of the items, in the order asked for, else in their own. A page beyond the end is empty and tells the totals.
 *
 * @throws ApiError 400 `COM10011` for a sort field or direction that there is not
 */
export function paged<Item>(items: readonly Item[], query: PageQuery, sorts: Sorts<Item>): Page<Item> {
  const { page: number = pageDefaults.page, size = pageDefaults.size, sort } = query;
  const sorted = sort === undefined ? items : sortedBy(items, sort, sorts);
  const contents = sorted.slice((number - 1) * size, number * size);
  const totalElements = items.length;
  return { contents, page: { number, size, totalElements, totalPages: Math.ceil(totalElements / size) } };
}

/** The same page with something made of each of its items, so that only what is shown is made. */
export function mapPage<Item, Shown>({ contents, page }: Page<Item>, show: (item: Item) => Shown): Page<Shown> {
  return { contents: contents.map(show), page };
}

/** The schema of one page of a list. */
export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({ contents: Type.Array(item), page: pageFactsSchema }, { additionalProperties: false });
}

/** The schema of a list that is answered as a whole. */
export function contentsOf<Item extends TSchema>(item: Item) {
  return Type.Object({ contents: Type.Array(item) }, { additionalProperties: false });
}
