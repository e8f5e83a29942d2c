import { describe, expect, it } from 'vitest';
import { recordedError } from '../../src/run/recorded-error.ts';
import { PrecedeError } from '../../src/errors/index.ts';
import { outputBytesMax, recordedOutput } from '../../src/run/recorded-output.ts';
import { setup } from '../support/setup.ts';

function circle(): object {
  const ring: Record<string, unknown> = {};
  ring['ring'] = ring;
  return ring;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe('an output', () => {
  it.each([
    ['text', 'ü 😀'],
    ['number', -1.5],
    ['boolean', false],
    ['nested', { a: [1, null, { b: 'x' }] }],
    ['null', null],
  ])('that is JSON is recorded as it is: %s', (_, value) => {
    expect(recordedOutput('a', value)).toEqual(value);
  });

  it('that is nothing is null, and a field that is nothing is left out', () => {
    expect(recordedOutput('a', undefined)).toBeNull();
    expect(recordedOutput('a', { x: undefined, y: 1 })).toEqual({ y: 1 });
  });

  it('does not change with what the body holds afterwards', () => {
    const held = { list: [1] };
    const output = recordedOutput('a', held);
    held.list.push(2);
    expect(output).toEqual({ list: [1] });
  });

  it('keeps keys that a plain object would swallow', () => {
    const output = recordedOutput('a', JSON.parse('{"__proto__":1,"constructor":2}'));
    expect(JSON.stringify(output)).toBe('{"__proto__":1,"constructor":2}');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it.each([
    ['NaN', Number.NaN],
    ['an infinity inside', { n: [Infinity] }],
    ['a BigInt', 1n],
    ['a function', () => 1],
    ['a function inside', { run: () => 1 }],
    ['a symbol', Symbol('s')],
    ['a circle', circle()],
    ['a Map', new Map()],
    ['a Set inside', { seen: new Set() }],
    ['a Date', new Date(0)],
    ['a Date inside', { at: new Date(0) }],
    ['an Error', { why: new Error('x') }],
    ['a Buffer', Buffer.from('x')],
    ['something too deep', deep(200_000)],
    [
      'a getter that throws',
      {
        get x() {
          throw new Error('no');
        },
      },
    ],
  ])('that JSON would change or lose is refused: %s', (_, value) => {
    expect(() => recordedOutput('a', value)).toThrow(expect.objectContaining({ code: 'INVALID_OUTPUT' }));
  });

  it('may have 1 MiB of JSON in UTF-8, and not a byte more', () => {
    expect(recordedOutput('a', 'x'.repeat(outputBytesMax - 2))).toHaveLength(outputBytesMax - 2);
    expect(() => recordedOutput('a', 'x'.repeat(outputBytesMax - 1))).toThrow(`${outputBytesMax + 1} bytes`);
    expect(() => recordedOutput('a', 'ü'.repeat(outputBytesMax / 2))).toThrow(`${outputBytesMax + 2} bytes`);
  });

  it('that cannot be recorded fails its task, by name', async () => {
    const { tasks, run, states } = await setup({ a: [], b: ['a'] });
    await (await tasks.a.nextAttempt()).succeed({ n: 1n });
    expect((await run.outcome()).failures).toMatchObject([{ task: 'a', error: { code: 'INVALID_OUTPUT' } }]);
    expect(states()).toEqual({ a: 'FAILED', b: 'PENDING' });
  });

  it('of a check is held to the same', async () => {
    const { run } = await setup({ a: { check: () => ({ done: Number.NaN }) } });
    expect((await run.outcome()).failures).toMatchObject([{ error: { code: 'INVALID_OUTPUT' } }]);
  });
});

describe('what a body throws', () => {
  const strange: [string, unknown][] = [
    ['a text', 'no disk'],
    ['nothing', undefined],
    ['null', null],
    ['a BigInt', 1n],
    ['a symbol', Symbol('s')],
    ['a circle', circle()],
    ['a function', () => 1],
    [
      'an error with a message that throws',
      Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw new Error('no');
        },
      }),
    ],
    ['an error with details that are no JSON', new PrecedeError('X', { message: 'x', details: { n: 1n } as never })],
    ['an error that is its own cause', Object.assign(new Error('x'), { cause: undefined })],
    ['an endless message', new Error('x'.repeat(10_000_000))],
  ];

  it.each(strange)('fails its task and nothing else: %s', async (_, thrown) => {
    const { run } = await setup({
      a: {
        run: () => {
          throw thrown;
        },
      },
    });
    const { state, failures } = await run.outcome();
    expect(state).toBe('FAILED');
    expect(JSON.stringify(failures).length).toBeLessThan(70_000);
  });

  it('is recorded with its code and the beginning of its message when it is too long', () => {
    const { code, message } = recordedError(new PrecedeError('LONG', { message: 'x'.repeat(100_000) }));
    expect([code, message.length, message.slice(-25)]).toEqual(['LONG', 8_192 + 22, 'xxx … (100000 characters)']);
  });
});
