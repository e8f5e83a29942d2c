/** Time, as the shell sees it. Tests bring their own. */
export interface Clock {
  /** Epoch milliseconds; may jump. Recorded in events, never used to wait. */
  nowMs(): number;
  /** Milliseconds since some instant; never jumps. What deadlines are counted in. */
  monotonicMs(): number;
  /** Calls back once after at least `delayMs`. Returns its cancellation, safe to call at any time. */
  after(delayMs: number, call: () => void): () => void;
  /** Minutes that local time is ahead of UTC at an instant. */
  utcOffsetMinutes(epochMs: number): number;
}

export const systemClock: Clock = Object.freeze({
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs: number, call: () => void) => {
    const timer = setTimeout(call, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
  // The sign is as in ISO 8601; Date counts the other way round. Adding 0 turns -0 into 0.
  utcOffsetMinutes: (epochMs: number) => -new Date(epochMs).getTimezoneOffset() + 0,
});
