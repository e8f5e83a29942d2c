/** A number from 0 up to but not including 1, the same series for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of a test run: that of the environment, for a run that is to be repeated, or else a new one. */
export function seedOfRun(): number {
  return Number(process.env['PRECEDE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
}
