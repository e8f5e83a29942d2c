/** What the command answers its caller. */
export const exitCodes = Object.freeze({
  /** Done; a run ended SUCCESS. */
  done: 0,
  /** A run ended otherwise, a sandbox is not running, or something unexpected failed. */
  failed: 1,
  /** Refused, nothing was started: usage, bad input, an unknown run. */
  refused: 2,
});
