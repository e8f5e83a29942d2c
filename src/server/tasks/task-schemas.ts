import { Type } from 'typebox';
import { ocpOperations, ocpStatuses, ocpSubtaskStatuses, ocpTaskStatuses } from '../../ocp/index.ts';

const strict = { additionalProperties: false };
const ids = Type.Array(Type.Integer());
const time = Type.String({ description: 'ISO 8601 with offset.', examples: ['2021-03-02T11:06:34.345+08:00'] });
const operation = Type.Enum([...ocpOperations], { description: 'What was last asked of it.' });
const creator = Type.Object({ id: Type.Optional(Type.Integer()), name: Type.String() }, strict);

/** What a run acts on: a cluster, with what is known of it. */
const subject = Type.Record(Type.String(), Type.Unknown(), {
  description: 'The cluster: id, name, obClusterId.',
  examples: [{ id: 1, name: 'sandbox', obClusterId: 1001 }],
});

const context = Type.Object(
  {
    listMap: Type.Record(Type.String(), Type.Array(Type.String())),
    parallel: Type.Boolean(),
    parallelIdx: Type.Integer(),
    stringMap: Type.Record(Type.String(), Type.String()),
  },
  strict,
);

const childInfo = Type.Object(
  {
    description: Type.String(),
    downstreams: ids,
    id: Type.Integer(),
    name: Type.String(),
    operation,
    status: Type.Enum([...ocpStatuses]),
    upstreams: ids,
  },
  strict,
);

/** A task as starting it is answered: children under `tasks`, the context as one text. */
export const TaskInfo = Type.Object(
  {
    cluster: Type.Optional(subject),
    context: Type.Optional(Type.String({ description: 'Display text.' })),
    creator: Type.Optional(creator),
    id: Type.Integer(),
    name: Type.String(),
    startTime: Type.Optional(time),
    status: Type.Enum([...ocpStatuses]),
    tasks: Type.Array(childInfo, { description: 'By id, ascending.' }),
  },
  { ...strict, title: 'TaskInfo' },
);

/** A subtask as the task endpoints answer it. */
export const SubtaskInstance = Type.Object(
  {
    createTime: Type.Optional(time),
    description: Type.String(),
    downstreams: ids,
    executor: Type.Optional(Type.String()),
    finishTime: Type.Optional(time),
    id: Type.Integer(),
    name: Type.String(),
    nodeType: Type.Literal('JAVA_TASK'),
    operation,
    parallelIdx: Type.Integer({ description: 'Position among the items of a parallel stage; -1 outside of one.' }),
    prohibitRollback: Type.Boolean({ description: 'Whether it is a point of no return.' }),
    prohibitSkip: Type.Boolean(),
    runTime: Type.Integer({ minimum: 1, description: 'Number of executions.' }),
    seriesId: Type.Integer({ minimum: 0 }),
    startTime: Type.Optional(time),
    status: Type.Enum([...ocpSubtaskStatuses]),
    taskId: Type.Integer(),
    timeout: Type.Integer({ minimum: 0, description: 'Seconds; 0 for none.' }),
    upstreams: ids,
  },
  { ...strict, title: 'SubtaskInstance' },
);

/** A task with its subtasks and all times. */
export const TaskInstance = Type.Object(
  {
    cluster: Type.Optional(subject),
    context: Type.Optional(context),
    createTime: Type.Optional(time),
    creator: Type.Optional(creator),
    executor: Type.Optional(Type.String()),
    finishTime: Type.Optional(time),
    id: Type.Integer(),
    name: Type.String(),
    operation,
    prohibitRollback: Type.Boolean({ description: 'Whether it has passed a point of no return.' }),
    startTime: Type.Optional(time),
    status: Type.Enum([...ocpTaskStatuses]),
    subtasks: Type.Array(SubtaskInstance, { description: 'By id, ascending.' }),
    taskDefinitionId: Type.Literal(-1),
    type: Type.Literal('MANUAL'),
  },
  { ...strict, title: 'TaskInstance' },
);

/** A task as it is listed. */
export const BasicTaskInstance = Type.Object(
  {
    cluster: Type.Optional(subject),
    creator: Type.Optional(creator),
    finishTime: Type.Optional(time),
    id: Type.Integer(),
    name: Type.String(),
    startTime: Type.Optional(time),
    status: Type.Enum([...ocpTaskStatuses]),
    subtasks: Type.Array(
      Type.Object(
        {
          description: Type.String(),
          id: Type.Integer(),
          name: Type.String(),
          operation,
          status: Type.Enum([...ocpSubtaskStatuses]),
        },
        strict,
      ),
    ),
  },
  { ...strict, title: 'BasicTaskInstance' },
);
