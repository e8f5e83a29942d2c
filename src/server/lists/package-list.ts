import { Type, type Static } from 'typebox';
import type { PackageRecord } from '../../oceanbase/index.ts';
import type { InventoryIndex } from '../inventory/inventory-index.ts';
import { toSoftwarePackage, type SoftwarePackage } from '../inventory/software-package.ts';
import { commaList } from './comma-list.ts';
import { holdsKeyword } from './keyword.ts';
import { mapPage, paged, type Page } from './page.ts';
import { pageQuery } from './page-query.ts';
import type { Sorts } from './sort-order.ts';

/** How a caller asks for software packages. */
export const packageListQuery = Type.Object(
  {
    ...pageQuery.properties,
    keyword: Type.Optional(Type.String({ description: 'A part of the name of the package or of its file.' })),
    type: Type.Optional(Type.String({ description: 'A comma list.', examples: ['OB_CLUSTER'] })),
    version: Type.Optional(Type.String({ description: 'A comma list.', examples: ['2.2.75'] })),
    operatingSystem: Type.Optional(Type.String({ description: 'A comma list.', examples: ['el7,el8'] })),
    architecture: Type.Optional(Type.String({ description: 'A comma list.', examples: ['x86_64'] })),
  },
  { title: 'PackageListQuery', additionalProperties: false },
);

/** How a caller asks for software packages. */
export type PackageListQuery = Static<typeof packageListQuery>;

const sorts: Sorts<PackageRecord> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  fileName: ({ fileName }) => fileName,
  size: ({ size }) => size,
  type: ({ type }) => type,
  version: ({ version }) => version,
  buildNumber: ({ buildNumber }) => buildNumber,
  operatingSystem: ({ operatingSystem }) => operatingSystem,
  architecture: ({ architecture }) => architecture,
};

/** One page of the packages that are asked for. @throws ApiError 400 `COM10011` for an unknown order */
export function listPackages(index: InventoryIndex, query: PackageListQuery): Page<SoftwarePackage> {
  return mapPage(paged(index.packages.filter(packageFilter(query)), query, sorts), toSoftwarePackage);
}

function packageFilter(query: PackageListQuery): (row: PackageRecord) => boolean {
  const filters = (['type', 'version', 'operatingSystem', 'architecture'] as const).map((field) => ({
    field,
    wanted: commaList(query[field]),
  }));
  return (row) =>
    holdsKeyword(query.keyword, [row.name, row.fileName]) &&
    filters.every(({ field, wanted }) => wanted?.has(row[field]) ?? true);
}
