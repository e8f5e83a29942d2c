import { describe, expect, it } from 'vitest';
import { toTaskInstance } from '../../src/ocp/index.ts';
import { runStates, taskStates } from '../../src/state/index.ts';
import { plainTask, runOf, sampleState } from './fixture-state.ts';

const at = Date.UTC(2021, 2, 2, 3, 6, 34, 740);

describe('toTaskInstance', () => {
  it('writes a run as the task endpoints answer it, keys in alphabetical order', () => {
    //  1 -> 2
    const tasks = [
      {
        ...plainTask(1, 'Install rpm'),
        downstreams: [2],
        state: 'SUCCESS' as const,
        attempt: 2,
        parallelIdx: 0,
        timeoutMs: 1_500,
        createdAtMs: at,
        startedAtMs: at,
        finishedAtMs: at + 1_260,
      },
      { ...plainTask(2, 'Wait node'), upstreams: [1], state: 'READY' as const, skippable: false, createdAtMs: at },
    ];
    const run = { ...sampleState, tasks, createdAtMs: at };
    const instance = toTaskInstance(run, { executor: '10.0.0.1' });
    expect(instance).toEqual({
      cluster: { id: 21, name: 'ob_upgrade', obClusterId: 22 },
      context: { ...(sampleState.context as object), parallel: false, parallelIdx: -1 },
      createTime: '2021-03-02T11:06:34+08:00',
      creator: { id: 100, name: 'admin' },
      executor: '10.0.0.1',
      id: 107_720,
      name: 'Add OB server',
      operation: 'EXECUTE',
      prohibitRollback: false,
      startTime: '2021-03-02T11:06:34.345+08:00',
      status: 'RUNNING',
      subtasks: [
        {
          createTime: '2021-03-02T11:06:34+08:00',
          description: 'Install rpm',
          downstreams: [2],
          executor: '10.0.0.1',
          finishTime: '2021-03-02T11:06:36+08:00',
          id: 1,
          name: 'Install rpm',
          nodeType: 'JAVA_TASK',
          operation: 'EXECUTE',
          parallelIdx: 0,
          prohibitRollback: false,
          prohibitSkip: false,
          runTime: 2,
          seriesId: 0,
          startTime: '2021-03-02T11:06:34.74+08:00',
          status: 'SUCCESSFUL',
          taskId: 107_720,
          timeout: 2,
          upstreams: [],
        },
        {
          createTime: '2021-03-02T11:06:34+08:00',
          description: 'Wait node',
          downstreams: [],
          executor: '10.0.0.1',
          id: 2,
          name: 'Wait node',
          nodeType: 'JAVA_TASK',
          operation: 'EXECUTE',
          parallelIdx: -1,
          prohibitRollback: false,
          prohibitSkip: true,
          runTime: 1,
          seriesId: 1,
          status: 'READY',
          taskId: 107_720,
          timeout: 0,
          upstreams: [1],
        },
      ],
      taskDefinitionId: -1,
      type: 'MANUAL',
    });
    for (const object of [instance, ...instance.subtasks])
      expect(Object.keys(object)).toEqual(Object.keys(object).toSorted());
    expect(Object.keys(instance.context?.listMap ?? {})).toEqual([
      'root_server_ips',
      'server_ids',
      'host_ids',
      'zone_names',
    ]);
  });

  it('numbers the series in a topological order, not by id', () => {
    //  3 -> 1 -> 2
    const tasks = [
      { ...plainTask(1, 'second'), upstreams: [3] },
      { ...plainTask(2, 'third'), upstreams: [1] },
      plainTask(3, 'first'),
    ];
    expect(toTaskInstance(runOf(tasks)).subtasks.map(({ name, seriesId }) => [name, seriesId])).toEqual([
      ['second', 1],
      ['third', 2],
      ['first', 0],
    ]);
  });

  it('forbids a rollback once a point of no return has started', () => {
    const prohibits = taskStates.filter((state) => {
      const tasks = [{ ...plainTask(1, 'a'), irreversible: true, state }];
      return toTaskInstance(runOf(tasks)).prohibitRollback;
    });
    expect(prohibits).toEqual(taskStates.filter((state) => !['PENDING', 'READY', 'ROLLED_BACK'].includes(state)));
  });

  it('tells every state of a task as the table of states says', () => {
    const words = taskStates.map((state) => {
      const [child] = toTaskInstance(runOf([{ ...plainTask(1, 'a'), state }])).subtasks;
      return `${state}: ${child?.status} ${child?.operation}`;
    });
    expect(words).toEqual([
      'PENDING: PENDING EXECUTE',
      'READY: READY EXECUTE',
      'RUNNING: RUNNING EXECUTE',
      'SUCCESS: SUCCESSFUL EXECUTE',
      'FAILED: FAILED EXECUTE',
      'SKIPPED: SUCCESSFUL SKIP',
      'CANCELLING: CANCELING CANCEL',
      'CANCELLED: FAILED CANCEL',
      'UNKNOWN: RUNNING EXECUTE',
      'ROLLING_BACK: RUNNING ROLLBACK',
      'ROLLED_BACK: PENDING ROLLBACK',
      'ROLLBACK_FAILED: FAILED ROLLBACK',
    ]);
  });

  it('tells every state of a run as the table of states says', () => {
    const words = runStates.map((state) => {
      const { status, operation } = toTaskInstance(runOf([], { state }));
      return `${state}: ${status} ${operation}`;
    });
    expect(words).toEqual([
      'RUNNING: RUNNING EXECUTE',
      'PAUSED: RUNNING EXECUTE',
      'SUCCESS: SUCCESSFUL EXECUTE',
      'FAILED: FAILED EXECUTE',
      'CANCELLED: FAILED EXECUTE',
      'ROLLING_BACK: RUNNING ROLLBACK',
      'ROLLED_BACK: SUCCESSFUL ROLLBACK',
      'ROLLBACK_FAILED: FAILED ROLLBACK',
    ]);
  });
});
