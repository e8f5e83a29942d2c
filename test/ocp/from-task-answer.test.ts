import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromTaskAnswer, fromTaskInfo, toTaskAnswer } from '../../src/ocp/index.ts';
import { problemsOf } from './answer-problems.ts';
import { batchStages, enveloped, listedChild, oldChild, stagedChildren, upgradeStages } from './answers.ts';

const sample: unknown = JSON.parse(
  readFileSync(new URL('../fixtures/add-ob-server.response.json', import.meta.url), 'utf8'),
);
const children = stagedChildren(batchStages);
const head = { id: 7, name: 'Batch add arbitration service', status: 'RUNNING' };
const cluster = { id: 21, name: 'ob', obClusterId: 22, type: 'PRIMARY' };
const shapeA = {
  ...head,
  cluster,
  context: 'Context(…)',
  creator: { id: 1, name: 'a' },
  tasks: children.map(oldChild),
};
const shapeB = {
  ...head,
  clusterId: 21,
  tenantId: 4,
  creator: 'admin',
  context: { listMap: {}, parallel: false, parallelIdx: -1, stringMap: { cluster_id: '21' } },
  operation: 'EXECUTE',
  type: 'MANUAL',
  taskDefinitionId: -1,
  subtasks: children,
};
const times = { createTime: '2024-01-01T00:00:00+08:00', startTime: '2024-01-01T00:00:01.5+08:00' };
const shapeC = {
  ...head,
  ...times,
  cluster,
  creator: { id: 1, name: 'a' },
  operation: 'RETRY',
  subtasks: children.map((child) => ({ ...child, ...times, executor: '10.0.0.1' })),
};
const shapeD = { ...head, cluster, creator: { id: 1, name: 'a' }, subtasks: children.map(listedChild) };

describe('fromTaskAnswer', () => {
  it.each([
    { shape: 'TaskInfo', task: shapeA },
    { shape: 'TaskInstance', task: shapeB },
    { shape: 'WrappedTaskInstance', task: shapeC },
    { shape: 'BasicTaskInstance', task: shapeD },
  ])('reads $shape bare, in its envelope and in a list', ({ shape, task }) => {
    const snapshot = fromTaskInfo(task);
    expect(fromTaskAnswer(task)).toEqual([{ shape, snapshot, path: '' }]);
    expect(fromTaskAnswer(enveloped(task))).toEqual([{ shape, snapshot, path: 'data' }]);
    const page = { number: 1, size: 10, totalElements: 1, totalPages: 1 };
    expect(fromTaskAnswer(enveloped({ contents: [task], page }))).toEqual([
      { shape, snapshot, path: 'data.contents[0]' },
    ]);
    expect(fromTaskAnswer({ contents: [task] })).toEqual([{ shape, snapshot, path: 'contents[0]' }]);
  });

  it('reads every task of a list, each in its own shape and with ids of its own', () => {
    const answers = fromTaskAnswer(enveloped({ contents: [shapeB, shapeD, { ...shapeC, id: 8 }] }));
    expect(answers.map(({ shape, path, snapshot: { id } }) => `${id} ${shape} ${path}`)).toEqual([
      '7 TaskInstance data.contents[0]',
      '7 BasicTaskInstance data.contents[1]',
      '8 WrappedTaskInstance data.contents[2]',
    ]);
  });

  it('reads four children of one name beside a barrier, as a documented list has them', () => {
    const names = ['Check host', 'Check host', 'Wait node', 'Check host', 'Check host'];
    const subtasks = names.map((name, id) => ({ id, name, status: 'SUCCESSFUL', operation: 'EXECUTE' }));
    const [answer] = fromTaskAnswer(enveloped({ contents: [{ ...head, status: 'SUCCESSFUL', subtasks }] }));
    expect(answer?.shape).toBe('BasicTaskInstance');
    expect(answer?.snapshot.tasks.map(({ key, isBarrier }) => `${key} ${isBarrier}`)).toEqual([
      'Check host false',
      'Check host#2 false',
      'Wait node true',
      'Check host#3 false',
      'Check host#4 false',
    ]);
  });

  it('takes a task without children for one whose edges are all told', () => {
    expect(fromTaskAnswer({ ...head, subtasks: [], creator: 'a' })[0]?.shape).toBe('TaskInstance');
    expect(fromTaskAnswer({ ...head, tasks: [] })[0]?.shape).toBe('TaskInfo');
  });
});

describe('toTaskAnswer', () => {
  it('writes the documented sample as it is', () => {
    const [answer] = fromTaskAnswer(sample);
    expect(JSON.stringify(answer && toTaskAnswer(answer))).toBe(
      JSON.stringify((sample as { readonly data: unknown }).data),
    );
  });

  it.each([
    { shape: 'A', task: shapeA },
    { shape: 'C', task: shapeC },
    { shape: 'D', task: shapeD },
  ])('writes what it has read of shape $shape under the same names', ({ task }) => {
    const [answer] = fromTaskAnswer(task);
    const written = JSON.parse(JSON.stringify(answer && toTaskAnswer(answer))) as Readonly<Record<string, unknown>>;
    const noChildren = { tasks: [], subtasks: [] };
    expect({ ...written, ...noChildren }).toMatchObject({ ...task, ...noChildren });
    expect(Object.keys(written).toSorted()).toEqual(Object.keys(written));
    expect(fromTaskAnswer(written)).toEqual([answer]);
  });

  it('writes shape B with flat ids, the creator as a text and no times of children', () => {
    const [answer] = fromTaskAnswer(shapeB);
    const [timed] = fromTaskAnswer({ ...shapeB, subtasks: children.map((child) => ({ ...child, ...times })) });
    const written = timed && toTaskAnswer(timed);
    expect(written).toEqual({
      ...shapeB,
      prohibitRollback: false,
      subtasks: children.map((child) => ({
        ...child,
        nodeType: 'JAVA_TASK',
        prohibitRollback: false,
        prohibitSkip: false,
        seriesId: child.id - 100,
        taskId: 7,
      })),
    });
    expect(fromTaskAnswer(written)).toEqual([answer]);
  });

  it('writes shape D without edges', () => {
    const [answer] = fromTaskAnswer(shapeD);
    const written = JSON.stringify(answer && toTaskAnswer(answer));
    expect(written).not.toContain('streams');
    expect(JSON.parse(written)).toEqual(shapeD);
  });
});

describe('fromTaskAnswer refuses', () => {
  const bare = { ...head, subtasks: stagedChildren(upgradeStages) };
  const withFirst = (change: object): object => ({
    ...bare,
    subtasks: bare.subtasks.map((child, at) => (at === 0 ? { ...child, ...change } : child)),
  });

  it.each<[string, unknown, readonly string[]]>([
    [
      'an answer that tells an error, and nothing besides',
      { error: { code: 0, message: 'no' }, successful: false },
      ['ERROR_ANSWER error'],
    ],
    ['an answer without success and without a word', { successful: false, status: 500 }, ['ERROR_ANSWER successful']],
    ['an envelope without anything in it', { successful: true, status: 200 }, ['NO_TASK ']],
    ['something else than a task', enveloped({ id: 1, name: 'host' }), ['NO_TASK data']],
    ['a subtask alone', enveloped(children[0]), ['NO_TASK data']],
    ['an empty list', enveloped({ contents: [] }), ['NO_TASK data.contents']],
    ['a list that is none', enveloped({ contents: {} }), ['WRONG_TYPE data.contents', 'NO_TASK data.contents']],
    [
      'a list of other things beside a task',
      enveloped({ contents: [bare, { id: 2, name: 'host' }, 3] }),
      ['WRONG_TYPE data.contents[2]', 'NO_TASK data.contents[1]', 'NO_TASK data.contents[2]'],
    ],
    ['a text', 'Add OB server', ['WRONG_TYPE ']],
    ['a self edge', withFirst({ upstreams: [100] }), ['SELF_EDGE subtasks[0].upstreams[0]']],
    [
      'a cycle in one of several tasks',
      enveloped({
        contents: [
          bare,
          {
            ...head,
            subtasks: [
              { id: 1, name: 'a', status: 'PENDING', operation: 'EXECUTE', upstreams: [2], downstreams: [2] },
              { id: 2, name: 'b', status: 'PENDING', operation: 'EXECUTE', upstreams: [1], downstreams: [1] },
            ],
          },
        ],
      }),
      ['CYCLE data.contents[1]'],
    ],
    [
      'problems of several tasks at once',
      { contents: [withFirst({ status: 'SUCCEED' }), { ...bare, id: 'x' }] },
      ['UNKNOWN_STATUS contents[0].subtasks[0].status', 'WRONG_TYPE contents[1].id'],
    ],
  ])('%s', (_, json, expected) => {
    expect(problemsOf(json)).toEqual(expected);
  });

  it('an error answer in its own words', () => {
    const error = { code: 'TSK10001', message: 'Task 5 does not exist' };
    expect(() => fromTaskAnswer({ error, successful: false, status: 404 })).toThrow(
      'error tells that the request failed: TSK10001 Task 5 does not exist.',
    );
  });
});
