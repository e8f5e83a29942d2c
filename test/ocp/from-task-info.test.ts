import { describe, expect, it } from 'vitest';
import { fromTaskInfo, toTaskInfo, toTaskInstance } from '../../src/ocp/index.ts';

const child = { id: 1, name: 'Install rpm', operation: 'EXECUTE', status: 'PENDING', upstreams: [], downstreams: [] };
const task = { id: 7, name: 'Add OB server', status: 'RUNNING' };
const answer = { ...task, tasks: [child] };

describe('fromTaskInfo', () => {
  it('reads the oldest shape, bare or in its envelope', () => {
    const snapshot = fromTaskInfo(answer);
    expect(snapshot).toEqual({
      id: 7,
      name: 'Add OB server',
      state: 'RUNNING',
      operation: 'EXECUTE',
      context: '',
      utcOffsetMinutes: 0,
      tasks: [
        {
          id: 1,
          key: 'Install rpm',
          name: 'Install rpm',
          description: 'Install rpm',
          state: 'PENDING',
          operation: 'EXECUTE',
          attempt: 0,
          upstreams: [],
          downstreams: [],
          parallelIdx: -1,
          isBarrier: false,
          irreversible: false,
          skippable: true,
        },
      ],
    });
    expect(fromTaskInfo({ data: answer, successful: true, status: 200 })).toEqual(snapshot);
  });

  it("reads the shape of OCP's mutations: flat ids, creator as a text, context as an object", () => {
    //  2 -> 1
    const context = {
      listMap: { host_ids: ['1', '2'] },
      parallel: false,
      parallelIdx: -1,
      stringMap: { cluster_id: '21' },
    };
    const subtasks = [
      {
        ...child,
        className: 'com.oceanbase.InstallRpmTask',
        nodeType: 'JAVA_TASK',
        parallelIdx: 1,
        prohibitRollback: true,
        prohibitSkip: true,
        runTime: 3,
        seriesId: 1,
        status: 'SUCCESSFUL',
        timeout: 1_800,
        upstreams: [2],
      },
      {
        ...child,
        id: 2,
        name: 'Wait node',
        parallelIdx: -1,
        status: 'READY',
        runTime: 1,
        timeout: 0,
        downstreams: [1],
      },
    ];
    const snapshot = fromTaskInfo({
      ...task,
      clusterId: 21,
      tenantId: 4,
      creator: 'admin',
      context,
      subtasks,
      operation: 'RETRY',
    });
    expect(snapshot).toMatchObject({
      operation: 'RETRY',
      subject: { id: 21 },
      tenant: { id: 4 },
      creator: { name: 'admin' },
      context: { listMap: { host_ids: ['1', '2'] }, stringMap: { cluster_id: '21' } },
      tasks: [
        {
          key: '1/Install rpm',
          state: 'SUCCESS',
          attempt: 3,
          irreversible: true,
          skippable: false,
          timeoutMs: 1_800_000,
          parallelIdx: 1,
        },
        { key: 'Wait node', state: 'READY', attempt: 0, isBarrier: true, irreversible: false },
      ],
    });
    expect(snapshot.tasks[1]).not.toHaveProperty('timeoutMs');
    expect(toTaskInfo(snapshot).context).toBe(
      'Context(parallelIdx=-1, stringMap={cluster_id=21}, listMap={host_ids=[1, 2]})',
    );
    expect(toTaskInfo(snapshot).creator).toEqual({ name: 'admin' });
  });

  it("reads the detail shape, with all its times in the answer's own offset", () => {
    const cluster = { id: 21, name: 'ob', obClusterId: 22, type: 'PRIMARY' };
    const times = {
      createTime: '2021-08-02T11:06:34-03:00',
      startTime: '2021-08-02T11:06:34.74-03:00',
      finishTime: '2021-08-02T11:07:00.5-03:00',
    };
    const subtasks = [{ ...child, ...times, status: 'SUCCESSFUL', executor: '10.0.0.1' }];
    const snapshot = fromTaskInfo({
      ...task,
      ...times,
      status: 'SUCCESSFUL',
      cluster,
      creator: { id: 1, name: 'a' },
      subtasks,
    });
    expect(snapshot).toMatchObject({
      state: 'SUCCESS',
      subject: cluster,
      utcOffsetMinutes: -180,
      startedAtMs: Date.UTC(2021, 7, 2, 14, 6, 34, 740),
    });
    expect(toTaskInstance(snapshot)).toMatchObject({ ...times, cluster, subtasks: [times] });
    expect(toTaskInfo(snapshot)).toMatchObject({
      cluster,
      startTime: '2021-08-02T11:06:34.74-03:00',
      status: 'SUCCESS',
    });
  });

  it('reads the basic shape, whose children have no edges', () => {
    const basic = { id: 1, name: 'Install rpm', description: 'd', operation: 'EXECUTE', status: 'PENDING' };
    const snapshot = fromTaskInfo({ ...task, subtasks: [basic, { ...basic, id: 2 }] });
    expect(snapshot.tasks.map(({ key, upstreams, downstreams }) => ({ key, upstreams, downstreams }))).toEqual([
      { key: 'Install rpm', upstreams: [], downstreams: [] },
      { key: 'Install rpm#2', upstreams: [], downstreams: [] },
    ]);
  });

  it('gives every task a key of its own, by id and not by place in the list', () => {
    const named = (id: number, name: string): object => ({ ...child, id, name });
    const tasks = [named(4, 'a'), named(3, 'a#2'), named(2, 'a'), named(1, '__proto__')];
    expect(fromTaskInfo({ ...answer, tasks }).tasks.map(({ key }) => key)).toEqual(['__proto__', 'a', 'a#2', 'a#3']);
  });

  it('keeps the text of a context as it is', () => {
    const context = 'Context(parallelIdx=-1, stringMap={a=b, c=d=e, f})';
    expect(fromTaskInfo({ ...answer, context }).context).toBe(context);
    expect(toTaskInfo(fromTaskInfo({ ...answer, context })).context).toBe(context);
    expect(toTaskInstance(fromTaskInfo({ ...answer, context }))).not.toHaveProperty('context');
  });

  it('takes null for a field that is not there', () => {
    const nulls = { cluster: null, creator: null, context: null, startTime: null, operation: null };
    expect(fromTaskInfo({ ...answer, ...nulls, tasks: [{ ...child, description: null, parallelIdx: null }] })).toEqual(
      fromTaskInfo(answer),
    );
  });

  it.each<[status: string, operation: string, state: string]>([
    ['PENDING', 'EXECUTE', 'PENDING'],
    ['PENDING', 'ROLLBACK', 'ROLLED_BACK'],
    ['READY', 'RETRY', 'READY'],
    ['RUNNING', 'RETRY', 'RUNNING'],
    ['RUNNING', 'CANCEL', 'CANCELLING'],
    ['RUNNING', 'ROLLBACK', 'ROLLING_BACK'],
    ['CANCELING', 'CANCEL', 'CANCELLING'],
    ['SUCCESS', 'EXECUTE', 'SUCCESS'],
    ['SUCCESSFUL', 'EXECUTE', 'SUCCESS'],
    ['SUCCESS', 'SKIP', 'SKIPPED'],
    ['SUCCESSFUL', 'SKIP', 'SKIPPED'],
    ['FAILED', 'EXECUTE', 'FAILED'],
    ['FAILED', 'CANCEL', 'CANCELLED'],
    ['FAILED', 'ROLLBACK', 'ROLLBACK_FAILED'],
  ])('reads a child that is %s by %s as %s', (status, operation, state) => {
    expect(fromTaskInfo({ ...answer, tasks: [{ ...child, status, operation }] }).tasks[0]?.state).toBe(state);
  });

  it('takes a RUNNING child for CANCELLING only where answers have no word for that', () => {
    const subtasks = [{ ...child, status: 'RUNNING', operation: 'CANCEL' }];
    expect(fromTaskInfo({ ...task, subtasks }).tasks[0]?.state).toBe('RUNNING');
  });

  it.each<[status: string, operation: string | null, children: readonly string[], state: string]>([
    ['RUNNING', null, ['FAILED EXECUTE'], 'RUNNING'],
    ['RUNNING', null, ['PENDING EXECUTE'], 'RUNNING'],
    ['RUNNING', 'EXECUTE', ['PENDING ROLLBACK'], 'RUNNING'],
    ['SUCCESS', null, ['PENDING ROLLBACK', 'RUNNING EXECUTE'], 'SUCCESS'],
    ['RUNNING', 'ROLLBACK', ['SUCCESS EXECUTE'], 'ROLLING_BACK'],
    ['RUNNING', null, ['PENDING ROLLBACK', 'RUNNING ROLLBACK'], 'ROLLING_BACK'],
    ['SUCCESSFUL', null, ['SUCCESSFUL EXECUTE'], 'SUCCESS'],
    ['SUCCESS', null, [], 'SUCCESS'],
    ['SUCCESSFUL', 'ROLLBACK', ['PENDING EXECUTE'], 'ROLLED_BACK'],
    ['SUCCESS', null, ['PENDING EXECUTE', 'PENDING ROLLBACK'], 'ROLLED_BACK'],
    ['SUCCESS', null, ['PENDING EXECUTE'], 'ROLLED_BACK'],
    ['FAILED', null, ['FAILED EXECUTE', 'FAILED CANCEL'], 'FAILED'],
    ['FAILED', null, ['SUCCESS EXECUTE', 'FAILED CANCEL'], 'CANCELLED'],
    ['FAILED', 'CANCEL', ['PENDING EXECUTE'], 'CANCELLED'],
    ['FAILED', null, ['FAILED ROLLBACK'], 'ROLLBACK_FAILED'],
    ['FAILED', 'ROLLBACK', ['FAILED EXECUTE'], 'ROLLBACK_FAILED'],
  ])('reads a task that is %s by %s over %j as %s', (status, operation, children, state) => {
    const tasks = children.map((words, id) => ({
      ...child,
      id,
      status: words.split(' ')[0],
      operation: words.split(' ')[1],
    }));
    expect(fromTaskInfo({ ...answer, status, operation, tasks }).state).toBe(state);
  });

  it('reads a chain of 100,000 tasks', { timeout: 60_000 }, () => {
    const size = 100_000;
    const neighbour = (id: number): readonly number[] => (id >= 0 && id < size ? [id] : []);
    const tasks = Array.from({ length: size }, (_, id) => ({
      ...child,
      id,
      upstreams: neighbour(id - 1),
      downstreams: neighbour(id + 1),
    }));
    expect(toTaskInfo(fromTaskInfo({ ...answer, tasks })).tasks).toHaveLength(size);
  });
});
