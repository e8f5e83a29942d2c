import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors/index.ts';
import { fromTaskInfo } from '../../src/ocp/index.ts';

const child = { id: 1, name: 'Install rpm', operation: 'EXECUTE', status: 'PENDING', upstreams: [], downstreams: [] };
const answer = { id: 7, name: 'Add OB server', status: 'RUNNING', tasks: [child] };

describe('fromTaskInfo refuses', () => {
  it.each<[string, unknown, readonly string[]]>([
    [
      'a list',
      [],
      ['WRONG_TYPE ', 'MISSING_FIELD tasks', 'MISSING_FIELD status', 'MISSING_FIELD id', 'MISSING_FIELD name'],
    ],
    [
      'nothing',
      null,
      ['WRONG_TYPE ', 'MISSING_FIELD tasks', 'MISSING_FIELD status', 'MISSING_FIELD id', 'MISSING_FIELD name'],
    ],
    ['a number for a name', { ...answer, name: 5 }, ['WRONG_TYPE name']],
    ['an empty name', { ...answer, name: '' }, ['WRONG_TYPE name']],
    ['an id beyond exact numbers', { ...answer, id: 2 ** 53 }, ['WRONG_TYPE id']],
    ['an id in a text', { ...answer, id: '7' }, ['WRONG_TYPE id']],
    ['a status of another system', { ...answer, status: 'SUCCEED' }, ['UNKNOWN_STATUS status']],
    ['PENDING for a whole task', { ...answer, status: 'PENDING' }, ['UNKNOWN_STATUS status']],
    ['an unknown operation', { ...answer, operation: 'PASS' }, ['UNKNOWN_OPERATION operation']],
    ['a time without offset', { ...answer, startTime: '2021-03-02T11:06:34' }, ['INVALID_TIME startTime']],
    ['a number for a context', { ...answer, context: 5 }, ['WRONG_TYPE context']],
    [
      'values of a context that are no texts',
      { ...answer, context: { stringMap: { a: 1 }, listMap: { b: ['x', 2], c: 'x' } } },
      ['WRONG_TYPE context.stringMap.a', 'WRONG_TYPE context.listMap.b[1]', 'WRONG_TYPE context.listMap.c'],
    ],
    ['a creator without a name', { ...answer, creator: { id: 1 } }, ['MISSING_FIELD creator.name']],
    ['a text for a cluster', { ...answer, cluster: 'ob' }, ['WRONG_TYPE cluster']],
    ['children under both names', { ...answer, subtasks: [] }, ['AMBIGUOUS_FIELD tasks']],
    ['an object for children', { ...answer, tasks: {} }, ['WRONG_TYPE tasks']],
    [
      'a child without anything',
      { ...answer, tasks: [{}] },
      [
        'MISSING_FIELD tasks[0].name',
        'MISSING_FIELD tasks[0].operation',
        'MISSING_FIELD tasks[0].status',
        'MISSING_FIELD tasks[0].id',
      ],
    ],
    [
      'fields of a child of the wrong type',
      {
        ...answer,
        tasks: [{ ...child, parallelIdx: -2, runTime: -1, timeout: 1.5, prohibitSkip: 1, description: 1 }],
      },
      ['description', 'runTime', 'parallelIdx', 'prohibitSkip', 'timeout'].map(
        (field) => `WRONG_TYPE tasks[0].${field}`,
      ),
    ],
    [
      'edges of one side only',
      { ...answer, tasks: [{ ...child, downstreams: undefined }] },
      ['MISSING_FIELD tasks[0].downstreams'],
    ],
    [
      'an edge that is no id',
      { ...answer, tasks: [{ ...child, upstreams: ['2'] }] },
      ['WRONG_TYPE tasks[0].upstreams[0]'],
    ],
    ['an edge to nobody', { ...answer, tasks: [{ ...child, upstreams: [2] }] }, ['UNKNOWN_ID tasks[0].upstreams[0]']],
    [
      'an edge to the task itself',
      { ...answer, tasks: [{ ...child, upstreams: [1], downstreams: [1] }] },
      ['SELF_EDGE tasks[0].upstreams[0]', 'SELF_EDGE tasks[0].downstreams[0]'],
    ],
    ['an id given twice', { ...answer, tasks: [child, child] }, ['DUPLICATE_ID tasks[1].id']],
    [
      'an edge that one end does not know',
      {
        ...answer,
        tasks: [
          { ...child, upstreams: [2] },
          { ...child, id: 2 },
        ],
      },
      ['ONE_SIDED_EDGE tasks[0].upstreams[0]'],
    ],
    [
      'an edge that one end does not know among others that it knows',
      {
        ...answer,
        tasks: [
          { ...child, upstreams: [2] },
          { ...child, id: 2, downstreams: [3, 4] },
          { ...child, id: 3, upstreams: [2] },
          { ...child, id: 4, upstreams: [5] },
          { ...child, id: 5, downstreams: [4] },
        ],
      },
      ['ONE_SIDED_EDGE tasks[0].upstreams[0]', 'ONE_SIDED_EDGE tasks[1].downstreams[1]'],
    ],
    [
      'an edge told twice',
      {
        ...answer,
        tasks: [
          { ...child, upstreams: [2, 2] },
          { ...child, id: 2, downstreams: [1] },
        ],
      },
      ['DUPLICATE_EDGE tasks[0].upstreams[1]'],
    ],
    [
      'an answer that tells an error',
      { error: { code: 'TSK10001', message: 'no' }, data: answer },
      ['ERROR_ANSWER error'],
    ],
    ['a list of tasks', { data: { ...answer, contents: [] } }, ['LIST_ANSWER data.contents']],
  ])('%s', (_, json, expected) => {
    expect(problemsOf(json)).toEqual(expected);
  });

  it('a cycle, and shows it', () => {
    //  1 -> 2 -> 3 -> 1
    const ring = [1, 2, 3].map((id) => ({
      ...child,
      id,
      upstreams: [((id + 1) % 3) + 1],
      downstreams: [(id % 3) + 1],
    }));
    expect(() => fromTaskInfo({ ...answer, tasks: ring })).toThrow('1 → 2 → 3 → 1');
    expect(problemsOf({ ...answer, tasks: ring })).toEqual(['CYCLE ']);
  });

  it('everything at once, telling where and what', () => {
    const tasks = [
      { ...child, status: 'DONE' },
      { ...child, id: 'x' },
    ];
    expect(() => fromTaskInfo({ data: { ...answer, status: 'DONE', tasks } })).toThrow(
      expect.objectContaining({
        message: [
          'The answer is not a documented one: 3 problems',
          '  - [UNKNOWN_STATUS] data.tasks[0].status is "DONE"; it is one of PENDING, RUNNING, SUCCESS, FAILED, READY, CANCELING, SUCCESSFUL.',
          '  - [WRONG_TYPE] data.tasks[1].id is "x"; it is a whole number.',
          '  - [UNKNOWN_STATUS] data.status is "DONE"; it is one of RUNNING, SUCCESS, SUCCESSFUL, FAILED.',
        ].join('\n'),
      }),
    );
  });

  it('a flood of problems with a thousand of them', () => {
    const problems = problemsOf({
      ...answer,
      tasks: Array.from({ length: 2_000 }, (_, id) => ({ ...child, id, status: 'X' })),
    });
    expect(problems).toHaveLength(1_001);
    expect(problems.at(-1)).toBe('MORE_PROBLEMS ');
  });
});

function problemsOf(json: unknown): readonly string[] {
  try {
    fromTaskInfo(json);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    expect(error.code).toBe('INVALID_TASK_INFO');
    return error.problems.map(({ code, details }) => `${code} ${pathIn(details)}`);
  }
  return [];
}

function pathIn(details: Readonly<Record<string, unknown>> = {}): string {
  return typeof details['path'] === 'string' ? details['path'] : '';
}
