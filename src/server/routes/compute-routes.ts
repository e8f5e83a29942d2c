import { Type } from 'typebox';
import { ApiError } from '../api-error.ts';
import { errorCase } from '../error-cases.ts';
import { hostSchema, toHost } from '../inventory/host.ts';
import { softwarePackageSchema } from '../inventory/software-package.ts';
import { hostListQuery, listHosts } from '../lists/host-list.ts';
import { listPackages, packageListQuery } from '../lists/package-list.ts';
import { pageOf } from '../lists/page.ts';
import { route, type Route } from '../route.ts';
import { inventoryNow, type InventoryParts } from './inventory-parts.ts';

const badSort = errorCase('COM10011', 'unknown sort field', 'Hosts cannot be sorted by "colour".');

/** Reading hosts and software packages. */
export function computeRoutes(parts: InventoryParts): readonly Route[] {
  return [...hostRoutes(parts), packagesRoute(parts)];
}

function hostRoutes(parts: InventoryParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/v2/compute/hosts',
      access: { domain: 'HOST', action: 'READ', id: 'any' },
      operationId: 'listHosts',
      tag: 'hosts',
      summary: 'List hosts',
      query: hostListQuery,
      data: pageOf(hostSchema),
      errors: [badSort],
      async handle({ query, may }) {
        const index = await inventoryNow(parts);
        const visible = index.hosts.filter(({ id }) => may({ domain: 'HOST', id, action: 'READ' }));
        return listHosts({ ...index, hosts: visible }, query);
      },
    }),
    route({
      method: 'GET',
      url: '/api/v2/compute/hosts/:id',
      access: { domain: 'HOST', action: 'READ', id: { param: 'id' } },
      operationId: 'getHost',
      tag: 'hosts',
      summary: 'Read a host',
      params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
      data: hostSchema,
      errors: [errorCase('CMP07005', 'no such host', 'There is no host 99. List the hosts to see their ids.')],
      async handle({ params: { id } }) {
        const index = await inventoryNow(parts);
        const host = index.host(id);
        if (host) return toHost(host, index);
        throw new ApiError({
          ocpCode: 'CMP07005',
          message: `There is no host ${id}.`,
          next: 'List the hosts to see their ids.',
        });
      },
    }),
  ];
}

function packagesRoute(parts: InventoryParts): Route {
  return route({
    method: 'GET',
    url: '/api/v2/software-packages',
    access: { domain: 'PACKAGE', action: 'READ', id: 'any' },
    operationId: 'listSoftwarePackages',
    tag: 'packages',
    summary: 'List software packages',
    query: packageListQuery,
    data: pageOf(softwarePackageSchema),
    errors: [badSort],
    async handle({ query, may }) {
      const index = await inventoryNow(parts);
      const visible = index.packages.filter(({ id }) => may({ domain: 'PACKAGE', id, action: 'READ' }));
      return listPackages({ ...index, packages: visible }, query);
    },
  });
}
