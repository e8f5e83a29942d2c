import { Type } from 'typebox';
import { toTaskInfo } from '../../ocp/index.ts';
import type { Engine } from '../../run/index.ts';
import { planWorkflow } from '../../plan/index.ts';
import type { Workflow } from '../../workflow/index.ts';
import { ApiError } from '../api-error.ts';
import { errorCase } from '../error-cases.ts';
import { limits } from '../limits.ts';
import { JsonText, route, type Route } from '../route.ts';
import { firstStart } from '../tasks/first-start.ts';
import { TaskInfo } from '../tasks/task-schemas.ts';

const idMax = Number.MAX_SAFE_INTEGER;
const serversMax = 10_000;

const body = Type.Object(
  {
    zoneName: Type.String({ pattern: '^\\w{1,128}$', examples: ['zone2'] }),
    servers: Type.Array(Type.Integer({ minimum: 1, maximum: idMax }), {
      minItems: 1,
      maxItems: serversMax,
      uniqueItems: true,
      description: 'Ids of hosts.',
      examples: [[1, 2]],
    }),
    packageOperatingSystem: Type.Optional(Type.String({ minLength: 1, maxLength: 64, examples: ['el7'] })),
    startupParameters: Type.Optional(
      Type.Array(
        Type.Object(
          { name: Type.String({ pattern: '^\\w{1,128}$' }), value: Type.String({ minLength: 1, maxLength: 4_096 }) },
          { additionalProperties: false },
        ),
        { maxItems: serversMax },
      ),
    ),
    clientToken: Type.Optional(
      Type.String({
        minLength: 8,
        maxLength: 64,
        description: 'The same token with the same request gives the same task; the header Idempotency-Key does too.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** What a request to add servers may be refused with. */
const refusals = [
  errorCase('OBE11001', 'no such cluster', 'There is no cluster 9. Known clusters: 1 (sandbox).'),
  errorCase('OBE18002', 'no such zone', 'Cluster 1 has no zone zone9. Zones of cluster 1: zone1, zone2, zone3.'),
  errorCase('CMP07005', 'no such host', 'There is no host 99. Hosts that are AVAILABLE: 1, 2, 3.'),
  errorCase(
    'CMP07004',
    'host is offline',
    'Host 1 is OFFLINE. Bring the host and its agent back, or choose another host.',
  ),
  errorCase('CMP07006', 'host is not AVAILABLE', 'Host 1 is NEW, not AVAILABLE. Choose a host that is AVAILABLE.'),
  errorCase('CMP07010', 'host is in use', 'Host 101 already carries sandbox:1001. Choose a host that is AVAILABLE.'),
  errorCase('OBE11021', 'host has a server', 'Host 1 already has server 4 of cluster 1. Choose another host.'),
  errorCase(
    'CMP07007',
    'host in another IDC',
    'Host 1 stands in IDC east, zone zone1 in west. Choose a host in the IDC of the zone.',
  ),
  errorCase(
    'CMP07008',
    'host in another region',
    'Host 1 stands in region east, zone zone1 in west. Choose a host in the region of the zone.',
  ),
  errorCase(
    'OBE11023',
    'other processors',
    'Host 1 is aarch64, the cluster x86_64. Choose a host with the same processors as the cluster.',
  ),
  errorCase(
    'PKG10014',
    'no package',
    'There is no package of version 4.3.5.1 for these hosts. Add the package of version 4.3.5.1 to the inventory.',
  ),
  errorCase(
    'OBE11007',
    'cluster is not RUNNING',
    'Cluster 1 is STOPPED, not RUNNING. Bring the cluster to RUNNING first.',
  ),
  errorCase(
    'OBE18008',
    'zone is not RUNNING',
    'Zone zone1 is OPERATING for another run. Bring the zone to RUNNING and ACTIVE first.',
  ),
  errorCase(
    'OBE11020',
    'cluster is OPERATING',
    'Claim "cluster:1" is held by run 1. Wait until run 1 has ended, or cancel it, and try again.',
  ),
  errorCase('COM10005', 'token of another request', 'It has already made run 1, with another workflow or input.'),
];

/** What the route that adds servers is made of. */
interface AddServersParts {
  readonly engine: Engine;
  readonly workflow: Workflow;
  /** Where another process finds the workflow again. */
  readonly source: string | undefined;
}

/** Adding servers to a zone of a cluster: the call that this API is about. */
export function addServersRoute({ engine, workflow, source }: AddServersParts): Route {
  return route({
    method: 'POST',
    url: '/api/v2/ob/clusters/:id/servers',
    access: { domain: 'CLUSTER', action: 'UPDATE', id: { param: 'id' } },
    operationId: 'addServers',
    tag: 'clusters',
    summary: 'Add servers to a zone of a cluster',
    description:
      'Answers with the task that does it, once its first subtask has been recorded as started. Poll the task until it is ' +
      'SUCCESSFUL or FAILED. A request that is refused has written nothing.',
    params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: idMax }) }),
    body,
    headers: Type.Object({
      'idempotency-key': Type.Optional(
        Type.String({
          pattern: '^[\\x21-\\x7e]{1,255}$',
          description: 'As clientToken, for clients that cannot send that.',
        }),
      ),
    }),
    data: TaskInfo,
    errors: refusals,
    async handle({ params, body: asked, idempotencyKey, user, traceId }) {
      const { clientToken, ...servers } = asked;
      const key = keyOf(clientToken, idempotencyKey);
      const plan = planWorkflow(workflow, { clusterId: params.id, ...servers });
      const run = await engine.start(plan, {
        by: user.name,
        byId: user.id,
        traceId,
        ...(source === undefined ? {} : { workflowSource: source }),
        // One user's token says nothing about another's.
        ...(key === undefined ? {} : { idempotencyKey: `${user.name}:${key}` }),
      });
      return new JsonText(JSON.stringify(toTaskInfo(await firstStart(run, limits.firstStartWaitMs))));
    },
  });
}

function keyOf(clientToken: string | undefined, header: string | undefined): string | undefined {
  if (clientToken !== undefined && header !== undefined && clientToken !== header) {
    throw new ApiError({
      ocpCode: 'COM10001',
      message: 'clientToken and Idempotency-Key are both given and differ; give one.',
    });
  }
  return clientToken ?? header;
}
