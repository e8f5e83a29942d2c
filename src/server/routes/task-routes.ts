import { Type } from 'typebox';
import type { Engine, OperationOptions, Run } from '../../run/index.ts';
import { toSubtaskInstance } from '../../ocp/index.ts';
import type { Store } from '../../store/index.ts';
import { ApiError } from '../api-error.ts';
import { BatchedReads } from '../batched-reads.ts';
import { errorCase } from '../error-cases.ts';
import { JsonText, route, type Call, type Permission, type Route } from '../route.ts';
import { findRun, subtaskIndex, requireStatus } from '../tasks/find-run.ts';
import { subtaskLog } from '../tasks/subtask-log.ts';
import { SubtaskInstance, TaskInstance } from '../tasks/task-schemas.ts';
import { TaskTexts } from '../tasks/task-texts.ts';

/** What the routes of tasks act on. */
export interface TaskParts {
  readonly engine: Engine;
  readonly store: Store;
  /** A run in the detail shape, as JSON. */
  readonly detailOf: (run: Run) => Promise<string>;
}

const taskId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const ofTask = Type.Object({ taskInstanceId: taskId });
const ofSubtask = Type.Object({ taskInstanceId: taskId, subtaskInstanceId: taskId });

const read: Permission = { domain: 'TASK', action: 'READ', id: { param: 'taskInstanceId' } };
const manage: Permission = { ...read, action: 'UPDATE' };

const noTask = errorCase('TSK10001', 'no such task', 'There is no task 99. List the tasks to see their ids.');
const noSubtask = errorCase(
  'TSK10001',
  'no such subtask',
  'Task 1 has no subtask 99. Read the task to see the ids of its subtasks.',
);
const wrongState = (name: string, message: string) => errorCase('TSK10007', name, message);

/** The cluster is another run's, or somebody was quicker. */
const conflicts = [
  errorCase('OBE11020', 'cluster is OPERATING', 'Claim "cluster:1" is held by run 2. Wait until run 2 has ended.'),
  errorCase(
    'COM10005',
    'somebody was quicker',
    'Run 1 has been taken over by another process, which took this one for dead.',
  ),
];
const givenUp = 'ended by a caller of the API, without anybody knowing its outcome';

const instances = '/api/v2/tasks/instances';
const tag = 'tasks';

/** Reading tasks and acting on them: /api/v2/tasks, without the list. */
export function taskRoutes(parts: TaskParts): readonly Route[] {
  return [...readRoutes(parts), ...taskActions(parts), ...subtaskActions(parts)];
}

function readRoutes({ engine, store, detailOf }: TaskParts): readonly Route[] {
  const texts = new TaskTexts(detailOf);
  const versions = new BatchedReads<number, number>(async (ids) => {
    const found = await store.runVersions({ ids });
    return new Map(found.map(({ runId, eventCount }) => [runId, eventCount]));
  });
  const detail = {
    method: 'GET',
    access: read,
    tag,
    params: ofTask,
    data: TaskInstance,
    errors: [noTask],
    async handle({ params: { taskInstanceId: runId } }: Call<{ taskInstanceId: number }, unknown, unknown>) {
      const version = (await versions.valueOf(runId)) ?? -1;
      return new JsonText(await texts.bytesOf({ runId, version }, () => findRun(engine, runId)));
    },
  } as const;
  return [
    route({
      ...detail,
      url: `${instances}/:taskInstanceId`,
      operationId: 'getTask',
      summary: 'Read a task with its subtasks',
    }),
    route({
      ...detail,
      url: '/api/v2/tasks/:taskInstanceId',
      operationId: 'getTaskByAlias',
      summary: 'The same under a shorter path',
    }),
    route({
      method: 'GET',
      url: `${instances}/:taskInstanceId/subtasks/:subtaskInstanceId/log`,
      access: read,
      operationId: 'getSubtaskLog',
      tag,
      summary: 'Read the log of a subtask',
      params: ofSubtask,
      data: Type.Object({ log: Type.String() }, { additionalProperties: false }),
      errors: [noTask, noSubtask],
      async handle({ params }) {
        const run = await findRun(engine, params.taskInstanceId);
        return { log: await subtaskLog(store, run.snapshot(), subtaskIndex(run, params.subtaskInstanceId)) };
      },
    }),
  ];
}

function taskActions({ engine, detailOf }: TaskParts): readonly Route[] {
  return [
    route({
      method: 'POST',
      url: `${instances}/:taskInstanceId/retry`,
      access: manage,
      operationId: 'retryTask',
      tag,
      summary: 'Run all failed subtasks of a FAILED task again',
      params: ofTask,
      data: TaskInstance,
      errors: [
        noTask,
        ...conflicts,
        wrongState('task is not FAILED', 'Task 1 is RUNNING; only a task that is FAILED can be retried.'),
      ],
      async handle(call) {
        const { taskInstanceId: runId } = call.params;
        requireStatus(await findRun(engine, runId), 'FAILED', 'retried');
        await engine.retry(runId, undefined, askedBy(call));
        return new JsonText(await detailOf(await findRun(engine, runId)));
      },
    }),
    route({
      method: 'POST',
      url: `${instances}/:taskInstanceId/rollback`,
      access: manage,
      operationId: 'rollbackTask',
      tag,
      summary: 'Undo everything that a FAILED task has done, in reverse order',
      params: ofTask,
      data: TaskInstance,
      errors: [
        noTask,
        ...conflicts,
        wrongState('task is not FAILED', 'Task 1 is SUCCESSFUL; only a task that is FAILED can be rolled back.'),
        errorCase(
          'TSK10009',
          'point of no return',
          'Cannot roll back run 1: task "Drop tenant" is a point of no return.',
        ),
      ],
      async handle(call) {
        const { taskInstanceId: runId } = call.params;
        requireStatus(await findRun(engine, runId), 'FAILED', 'rolled back');
        await engine.rollback(runId, askedBy(call));
        return new JsonText(await detailOf(await findRun(engine, runId)));
      },
    }),
  ];
}

function subtaskActions({ engine }: TaskParts): readonly Route[] {
  const action = { method: 'POST', access: manage, tag, params: ofSubtask } as const;
  const url = `${instances}/:taskInstanceId/subtasks/:subtaskInstanceId`;
  return [
    route({
      ...action,
      url: `${url}/retry`,
      operationId: 'retrySubtask',
      summary: 'Run a FAILED subtask again',
      data: SubtaskInstance,
      errors: [
        noTask,
        noSubtask,
        ...conflicts,
        wrongState('subtask is not FAILED', 'Cannot retry task "Reserve host" of run 1: it is RUNNING.'),
      ],
      async handle(call) {
        const { runId, number } = await named(engine, call);
        await engine.retry(runId, number, askedBy(call));
        const subtask = toSubtaskInstance(await findRun(engine, runId), call.params.subtaskInstanceId);
        if (!subtask) throw new ApiError({ ocpCode: 'TSK10001', message: `Task ${runId} is no longer there.` });
        return new JsonText(JSON.stringify(subtask));
      },
    }),
    route({
      ...action,
      url: `${url}/skip`,
      operationId: 'skipSubtask',
      summary: 'Go on without a FAILED subtask',
      errors: [
        noTask,
        noSubtask,
        ...conflicts,
        wrongState('subtask is not FAILED', 'Cannot skip task "Reserve host" of run 1: it is RUNNING.'),
        errorCase(
          'TSK10010',
          'skip is forbidden',
          'Cannot skip task "Reserve host" of run 1: its workflow forbids that.',
        ),
      ],
      async handle(call) {
        const { runId, number } = await named(engine, call);
        await engine.skip(runId, number, askedBy(call));
        return undefined;
      },
    }),
    route({
      ...action,
      url: `${url}/cancel`,
      operationId: 'cancelSubtask',
      summary: 'End a RUNNING subtask, which becomes FAILED',
      description:
        'A subtask that succeeds before it can be ended is SUCCESSFUL. One whose outcome nobody knows, which its log says, is ' +
        'FAILED at once, and can be retried, which looks first at what is in place.',
      errors: [
        noTask,
        noSubtask,
        ...conflicts,
        wrongState('subtask is not RUNNING', 'Cannot cancel task "Reserve host" of run 1: it is FAILED.'),
      ],
      async handle(call) {
        const { runId, number, isUnknown } = await named(engine, call);
        // What nobody knows the outcome of is RUNNING to callers: ending it says that it has not succeeded.
        if (isUnknown) await engine.resolve(runId, number, { as: 'failed', reason: givenUp }, askedBy(call));
        else await engine.cancel(runId, number, askedBy(call));
        return undefined;
      },
    }),
  ];
}

type SubtaskCall = Call<{ taskInstanceId: number; subtaskInstanceId: number }, unknown, unknown>;

async function named(
  engine: Engine,
  { params }: SubtaskCall,
): Promise<{ readonly runId: number; readonly number: number; readonly isUnknown: boolean }> {
  const run = await findRun(engine, params.taskInstanceId);
  const index = subtaskIndex(run, params.subtaskInstanceId);
  // Operations take a task by its number, from 1.
  return { runId: run.id, number: index + 1, isUnknown: run.snapshot().tasks[index]?.state === 'UNKNOWN' };
}

function askedBy({ user, traceId }: Pick<Call<unknown, unknown, unknown>, 'user' | 'traceId'>): OperationOptions {
  return { by: user.name, traceId };
}
