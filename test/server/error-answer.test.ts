import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorAnswer } from '../../src/server/error-answer.ts';
import { withinPatience } from '../../src/server/unwritable-store.ts';
import { JournalMovedError, LeaseLostError } from '../../src/store/index.ts';

describe('an error that is no refusal', () => {
  it.each([new LeaseLostError(1), new JournalMovedError(1, { after: 2, found: 3 })])(
    'says that somebody was quicker: $code',
    (error) => {
      expect(errorAnswer(error)).toMatchObject({ status: 409, error: { code: 'COM10005' }, isUnexpected: false });
    },
  );

  it('that nobody expects keeps its words to itself', () => {
    const answer = errorAnswer(new Error('the inner cause'));
    expect(answer).toMatchObject({ status: 500, error: { code: 'COM10999' }, isUnexpected: true });
    expect(answer.error.message).not.toContain('inner');
  });
});

describe('a change', () => {
  afterEach(() => vi.useRealTimers());

  it('that is not recorded within ten seconds is answered with 503, and not sooner', async () => {
    vi.useFakeTimers();
    const answered = withinPatience(new Promise<never>(() => undefined)).catch((error: unknown) => errorAnswer(error));
    const isAnswered = vi.fn();
    void answered.then(isAnswered);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(isAnswered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await answered).toMatchObject({ status: 503, error: { code: 'COM10999' } });
  });

  it('leaves no timer behind when it has been recorded', async () => {
    vi.useFakeTimers();
    expect(await withinPatience(Promise.resolve('done'))).toBe('done');
    expect(vi.getTimerCount()).toBe(0);
  });
});
