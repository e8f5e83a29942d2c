import { describe, expect, it } from 'vitest';
import type { Flow, Task, TaskOptions } from '../../src/workflow/index.ts';
import { nothing, planOf, problemsOf } from './declared.ts';

const notATask = 'no task' as unknown as Task;

describe('a wrong declaration', () => {
  it('is told with all its problems at once', () => {
    let foreign = notATask;
    planOf((flow) => {
      foreign = flow.task('foreign', nothing);
    });
    const problems = problemsOf((flow) => {
      flow.task('', nothing);
      flow.task('same', { ...nothing, key: 'k' });
      flow.task('same', { ...nothing, key: 'k' });
      flow.task('a', { upstream: { foreign }, ...nothing });
      flow.task('b', { upstream: { typo: undefined as unknown as Task, name: notATask }, ...nothing });
      flow.forEach([1], () => flow.task('x', nothing), { itemsMin: 2, parallel: 0 });
      flow.forEach([1, 2], () => flow.task('y', nothing), { key: () => 'lane' });
      flow.forEach(['', 'z'], () => flow.task('z', nothing), { key: (item) => item });
      flow.forEach([1], () => {
        const inner = flow.forEach([1], () => flow.task('inner', nothing));
        return flow.task('outer', { upstream: { inner }, ...nothing });
      });
    });
    expect(problems.map(({ code }) => code).toSorted()).toEqual([
      'DUPLICATE_KEY',
      'DUPLICATE_KEY',
      'EMPTY_KEY',
      'INVALID_OPTION',
      'INVALID_OPTION',
      'NESTED_FAN_OUT',
      'TOO_FEW_ITEMS',
      'UNKNOWN_UPSTREAM',
      'UNKNOWN_UPSTREAM',
      'UNKNOWN_UPSTREAM',
    ]);
    expect(problems.map(({ message }) => message)).toContain(
      'Task "a": its upstream "foreign" is a task of another workflow.',
    );
  });

  it.each<[string, Partial<Record<keyof TaskOptions<unknown, unknown, unknown>, unknown>>]>([
    ['run', { run: undefined }],
    ['check', { check: 'needed' }],
    ['undo', { undo: 'irreversable' }],
    ['preview', { preview: [] }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: '5' }],
    ['estimateMs', { estimateMs: -1 }],
    ['estimateMs', { estimateMs: Number.NaN }],
    ['priority', { priority: Infinity }],
    ['key', { key: '' }],
    ['description', { description: 5 }],
    ['limits', { limits: ['a', 'a'] }],
    ['limits', { limits: 'host:1' }],
    ['retry.attemptsMax', { retry: { attemptsMax: 0 } }],
    ['retry.backoffMs', { retry: { backoffMs: -1 } }],
    ['retry.backoffFactor', { retry: { backoffFactor: 0.5 } }],
    ['retry.backoffMaxMs', { retry: { backoffMaxMs: Infinity } }],
    ['retry.jitter', { retry: { jitter: '0.5' } }],
  ])('names the option %s that is wrong', (option, options) => {
    const problems = problemsOf((flow) => {
      flow.task('a', { ...nothing, ...options } as never);
    });
    expect(problems.map(({ code }) => code)).toEqual(['INVALID_OPTION']);
    expect(problems[0]?.message).toContain(`Task "a": ${option}`);
  });

  it('names an option that does not exist: a misspelt upstream would lose an edge', () => {
    const problems = problemsOf((flow) => {
      const a = flow.task('a', nothing);
      flow.task('b', { upstreams: { a }, ...nothing } as never);
      flow.barrier('c', a, { retry: {} } as never);
      flow.forEach([1], () => flow.task('d', nothing), { limit: 3 } as never);
      flow.task('e', { ...nothing, retry: { maxAttempts: 4 }, undoRetry: { delayMs: 1 } } as never);
    });
    expect(problems.map(({ code, details }) => [code, details?.['option']])).toEqual([
      ['UNKNOWN_OPTION', 'upstreams'],
      ['UNKNOWN_OPTION', 'retry'],
      ['UNKNOWN_OPTION', 'limit'],
      ['UNKNOWN_OPTION', 'maxAttempts'],
      ['UNKNOWN_OPTION', 'delayMs'],
    ]);
  });

  it.each<[string, (flow: Flow, item: number) => unknown]>([
    ['nothing', () => undefined],
    ['a promise', async (flow) => flow.task('a', nothing)],
    ['a number', () => 5],
    ['a record with something else in it', (flow) => ({ a: flow.task('a', nothing), b: 5 })],
    ['sometimes one, sometimes the other', (flow, item) => (item === 1 ? flow.task('a', nothing) : {})],
    ['a reserved name', (flow) => ({ tasks: flow.task('a', nothing) })],
  ])('is one whose lanes hand out %s', (_, lane) => {
    const problems = problemsOf((flow) => {
      flow.forEach([1, 2], (item) => lane(flow, item) as Task);
    });
    expect(problems.map(({ code }) => code)).toEqual(['INVALID_LANE_RESULT']);
  });

  it('is one that waits, and what it declares afterwards is refused', async () => {
    const late: unknown[] = [];
    const declare = async (flow: Flow): Promise<void> => {
      flow.task('a', nothing);
      await Promise.resolve();
      try {
        flow.task('b', nothing);
      } catch (error) {
        late.push(error);
      }
      throw new Error('a rejection that nobody waits for');
    };
    const problems = problemsOf((flow) => declare(flow) as unknown as undefined);
    expect(problems.map(({ code }) => code)).toEqual(['ASYNCHRONOUS_DECLARE']);
    await Promise.resolve();
    await Promise.resolve();
    expect(late).toMatchObject([{ code: 'DECLARATION_FINISHED' }]);
  });

  it('shows names so that a terminal does not act on them', () => {
    const name = 'evil\u001b[2J\n';
    const problems = problemsOf((flow) => {
      flow.task(name, { ...nothing, timeoutMs: -1 });
      flow.task('a', { ...nothing, key: name });
    });
    for (const { message } of problems) expect(message).not.toMatch(/\p{Cc}/u);
  });

  it('passes on what declare itself throws', () => {
    const broken = new Error('broken workflow file');
    expect(() =>
      planOf(() => {
        throw broken;
      }),
    ).toThrow(broken);
  });
});
