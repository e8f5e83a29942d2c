/** Sizes and times within which a client has to stay. */
export const limits = Object.freeze({
  /** A larger body is answered with 413. */
  bodyBytesMax: 1_048_576,
  /** Larger headers are answered with 431. */
  headerBytesMax: 16_384,
  /** A longer URL is answered with 414. */
  urlLengthMax: 8_192,
  /** Deeper JSON is answered with 400. */
  jsonDepthMax: 64,
  /** How long a client may take for its headers, in milliseconds. */
  headersTimeoutMs: 8_000,
  /** How long a client may take for a whole request. */
  requestTimeoutMs: 10_000,
  /** How often the two are looked at. */
  checkIntervalMs: 1_000,
  /** How long an idle connection stays open. */
  keepAliveMs: 5_000,
  /** Connections at once; more are closed at once. */
  connectionsMax: 2_000,
  /** Within so many milliseconds a client has to take this much of its answers for every second, or all of them. */
  answerTimeoutMs: 8_000,
  answerBytesPerSecond: 65_536,
  /** How long starting a run waits until its first task is under way. */
  firstStartWaitMs: 2_000,
});
