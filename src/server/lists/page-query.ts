import { Type, type Static } from 'typebox';

/** Where a list begins and how much of it is shown, unless the caller says so. */
export const pageDefaults = Object.freeze({ page: 1, size: 10 });

/** How a caller asks for one page of a list. */
export const pageQuery = Type.Object(
  {
    page: Type.Optional(
      Type.Integer({ minimum: 1, default: pageDefaults.page, description: 'The first page is 1.', examples: [1] }),
    ),
    size: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_000, default: pageDefaults.size, examples: [10] })),
    sort: Type.Optional(
      Type.String({ description: 'A field and a direction: `field,asc` or `field,desc`.', examples: ['id,asc'] }),
    ),
  },
  { title: 'PageQuery', additionalProperties: false },
);

/** How a caller asks for one page of a list. */
export type PageQuery = Static<typeof pageQuery>;
