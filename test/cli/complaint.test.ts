import { describe, expect, it } from 'vitest';
import { complain } from '../../src/cli/complaint.ts';
import type { Output } from '../../src/cli/output.ts';
import { plain } from '../../src/cli/views/paint.ts';
import { nearest, PrecedeError, RefusedError } from '../../src/errors/index.ts';

function told(thrown: unknown, isDebug = false): { code: number; text: string } {
  let text = '';
  const write = (more: string): void => void (text += more);
  const err: Output = {
    isLive: false,
    paint: plain,
    gone: new AbortController().signal,
    columns: () => 80,
    rows: () => 24,
    write,
    pieces: async (pieces) => [...pieces].forEach(write),
    lines: (lines) => write(lines.map((line) => `${line}\n`).join('')),
  };
  return { code: complain(thrown, err, { isDebug }), text };
}

describe('a complaint', () => {
  it('tells a refusal with its code, what, which and what next', () => {
    const problem = { code: 'HOST_UNKNOWN', message: 'There is no host 9.', next: 'Hosts: 1, 2.' };
    expect(told(new RefusedError('NOT_ADMITTED', 'Cluster 1', [problem]))).toEqual({
      code: 2,
      text: 'error[HOST_UNKNOWN]: Cluster 1: There is no host 9.\nnext: Hosts: 1, 2.\n',
    });
  });

  it('lists every problem with its own next step', () => {
    const problems = [
      { code: 'A', message: 'one' },
      { code: 'B', message: 'two\nin two lines', next: 'Do b.' },
    ];
    expect(told(new RefusedError('NOT_ADMITTED', 'Cluster 1', problems)).text).toBe(
      'error[NOT_ADMITTED]: Cluster 1: 2 problems\nerror[A]: one\nerror[B]: two\n  in two lines\nnext: Do b.\n',
    );
  });

  it('always says what next, and shows no control characters', () => {
    const problems = [{ code: 'A', message: 'one\u001b[31m' }];
    expect(told(new RefusedError('A', 'X', problems)).text).toMatch(/^error\[A\]: X: one\nnext: .+\n$/);
  });

  it('tells a failure apart from a refusal, and a fault of the program from both', () => {
    expect(told(new PrecedeError('STORE_BUSY', { message: 'Busy.', next: 'Wait.' }))).toEqual({
      code: 1,
      text: 'error[STORE_BUSY]: Busy.\nnext: Wait.\n',
    });
    const { code, text } = told(new TypeError('x is not a function'));
    expect(code).toBe(1);
    expect(text).toMatch(/^error\[UNEXPECTED\]: x is not a function\nnext: .*--debug.*\n$/);
  });

  it('shows the stack only when it is asked for', () => {
    expect(told(new TypeError('x'), true).text).toContain('complaint.test.ts');
    expect(told(new TypeError('x')).text).not.toContain('complaint.test.ts');
  });
});

describe('a suggestion', () => {
  it('is the word that is spelt most alike, if any is', () => {
    const known = ['add-ob-server', 'delete-ob-server', 'list'];
    expect(nearest('add-ob-sever', known)).toBe('add-ob-server');
    expect(nearest('LSIT', known)).toBe('list');
    expect(nearest('restart', known)).toBeUndefined();
    expect(nearest('', known)).toBeUndefined();
  });
});
