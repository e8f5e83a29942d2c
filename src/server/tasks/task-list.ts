import { Type, type Static } from 'typebox';
import { ocpTaskStatuses } from '../../ocp/index.ts';
import { wordList } from '../lists/comma-list.ts';
import { holdsKeyword } from '../lists/keyword.ts';
import { pageQuery } from '../lists/page-query.ts';
import type { Sorts } from '../lists/sort-order.ts';
import type { ListedRun } from './run-facts.ts';

const taskTypes = ['MANUAL', 'SYS_ONECE', 'SCHEDULED', 'SYS_SCHEDULED'] as const;

const clusterNameField = Type.Optional(Type.String({ description: 'Of the cluster that a task acts on.' }));

/** How a caller asks for tasks. */
export const taskListQuery = Type.Object(
  {
    ...pageQuery.properties,
    name: Type.Optional(Type.String({ description: 'A part of the name.', examples: ['Add OB server'] })),
    status: Type.Optional(
      Type.String({ description: `A comma list of ${ocpTaskStatuses.join(', ')}.`, examples: ['RUNNING,FAILED'] }),
    ),
    type: Type.Optional(Type.String({ description: `A comma list of ${taskTypes.join(', ')}; all tasks are MANUAL.` })),
    cluterName: clusterNameField,
    clusterName: clusterNameField,
    clusterId: Type.Optional(Type.Integer()),
    tenantName: Type.Optional(Type.String({ description: 'No task acts on a tenant.' })),
    tenantId: Type.Optional(Type.Integer({ description: 'No task acts on a tenant.' })),
    hostId: Type.Optional(Type.Integer({ description: 'Only tasks that act on this host.' })),
  },
  { title: 'TaskListQuery', additionalProperties: false },
);

/** How a caller asks for tasks. */
export type TaskListQuery = Static<typeof taskListQuery>;

/** Which of the tasks are asked for. */
export type TaskFilter = Omit<TaskListQuery, 'page' | 'size' | 'sort'>;

/** What tasks can be sorted by. */
export const taskSorts: Sorts<ListedRun> = {
  id: ({ facts }) => facts.id,
  name: ({ facts }) => facts.name,
  status: ({ status }) => status,
  startTime: ({ facts }) => facts.createdAtMs,
};

/**
 * Tells of a run whether it is asked for. Names of clusters and tenants are whole names; an empty text asks for nothing.
 *
 * @throws ApiError 400 `COM10001` for an unknown status or type
 */
export function taskFilter(filter: TaskFilter): (run: ListedRun) => boolean {
  const statuses = wordList({ parameter: 'status', text: filter.status, known: ocpTaskStatuses });
  const types = wordList({ parameter: 'type', text: filter.type, known: taskTypes });
  const clusterNames = [filter.cluterName, filter.clusterName].filter(isGiven);
  if (types?.has('MANUAL') === false || isGiven(filter.tenantName) || filter.tenantId !== undefined) return () => false;
  return ({ facts, status }) =>
    holdsKeyword(filter.name, [facts.name]) &&
    (statuses?.has(status) ?? true) &&
    clusterNames.every((name) => facts.clusterName === name) &&
    (filter.clusterId === undefined || facts.clusterId === filter.clusterId) &&
    (filter.hostId === undefined || facts.hostIds.includes(filter.hostId));
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
