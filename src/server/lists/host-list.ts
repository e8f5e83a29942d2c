import { Type, type Static } from 'typebox';
import type { HostRecord, HostService, ServiceType } from '../../oceanbase/index.ts';
import { hostStatuses, serviceTypes, toHost, type OcpHost } from '../inventory/host.ts';
import type { InventoryIndex } from '../inventory/inventory-index.ts';
import { wordList } from './comma-list.ts';
import { holdsKeyword } from './keyword.ts';
import { mapPage, paged, type Page } from './page.ts';
import { pageQuery } from './page-query.ts';
import type { Sorts } from './sort-order.ts';

/** How a caller asks for hosts. */
export const hostListQuery = Type.Object(
  {
    ...pageQuery.properties,
    keyword: Type.Optional(
      Type.String({ description: 'A part of the name or address of a host, or of the name of one of its services.' }),
    ),
    status: Type.Optional(
      Type.String({ description: `A comma list of ${hostStatuses.join(', ')}.`, examples: ['AVAILABLE'] }),
    ),
    includedServiceType: Type.Optional(
      Type.String({
        description: `Only hosts that carry a service of one of these kinds: ${serviceTypes.join(', ')}.`,
        examples: ['OB_CLUSTER,OB_PROXY'],
      }),
    ),
    excludedServiceType: Type.Optional(
      Type.String({ description: 'Only hosts that carry no service of any of these kinds.', examples: ['OB_CLUSTER'] }),
    ),
  },
  { title: 'HostListQuery', additionalProperties: false },
);

/** How a caller asks for hosts. */
export type HostListQuery = Static<typeof hostListQuery>;

const sorts: Sorts<HostRecord> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  innerIpAddress: ({ innerIpAddress }) => innerIpAddress,
  status: ({ status }) => status,
  idcName: ({ idcName }) => idcName,
  regionName: ({ regionName }) => regionName,
  typeName: ({ typeName }) => typeName,
  createTime: ({ createTimeMs }) => createTimeMs,
  updateTime: ({ updateTimeMs }) => updateTimeMs,
};

/**
 * One page of the hosts that are asked for.
 *
 * @throws ApiError 400 `COM10001` for an unknown status or kind of service, `COM10011` for an unknown order
 */
export function listHosts(index: InventoryIndex, query: HostListQuery): Page<OcpHost> {
  const matches = hostFilter(query);
  return mapPage(paged(index.hosts.filter(matches), query, sorts), (host) => toHost(host, index));
}

function hostFilter(query: HostListQuery): (host: HostRecord) => boolean {
  const statuses = wordList({ parameter: 'status', text: query.status, known: hostStatuses });
  const included = kindsOf('includedServiceType', query.includedServiceType);
  const excluded = kindsOf('excludedServiceType', query.excludedServiceType);
  return ({ name, innerIpAddress, services, status }) =>
    holdsKeyword(query.keyword, [name, innerIpAddress, ...services.map((service) => service.name)]) &&
    (!statuses || statuses.has(status)) &&
    (!included || carriesOneOf(services, included)) &&
    !(excluded && carriesOneOf(services, excluded));
}

function kindsOf(parameter: string, text: string | undefined): ReadonlySet<ServiceType> | undefined {
  return wordList({ parameter, text, known: serviceTypes });
}

function carriesOneOf(services: readonly HostService[], kinds: ReadonlySet<ServiceType>): boolean {
  return services.some(({ type }) => kinds.has(type));
}
