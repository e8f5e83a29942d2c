import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As a shell tells it: 128 and the signal's number. */
function exitCodeOf(signal: (typeof signals)[number]): number {
  return 128 + constants.signals[signal];
}

/** Asks this process to end: the first time kindly, the second time at once. */
export interface Interrupts {
  /** Aborted by the first signal. */
  readonly asked: AbortSignal;
  /** The exit code for a command that had nothing under way when it was asked. */
  exitCode(): number;
  /** Signals do again what they do without this. Safe twice. */
  stop(): void;
}

/** npm and timeout(1) pass on a signal that the terminal has sent to the whole group already: one wish arrives twice. */
const sameWishMs = 250;

/**
 * Takes over the signals that end a process. The second one exits at once: what this process
 * has started ends by itself when its owner is gone.
 */
export function catchInterrupts(): Interrupts {
  const asked = new AbortController();
  let code = 1;
  let askedAtMs = 0;
  const listen = (signal: NodeJS.Signals): void => {
    code = exitCodeOf(signals.find((known) => known === signal) ?? 'SIGTERM');
    const nowMs = performance.now();
    if (asked.signal.aborted && nowMs - askedAtMs > sameWishMs) process.exit(code);
    if (asked.signal.aborted) return;
    askedAtMs = nowMs;
    asked.abort();
  };
  for (const signal of signals) process.on(signal, listen);
  return {
    asked: asked.signal,
    exitCode: () => code,
    stop: () => {
      for (const signal of signals) process.off(signal, listen);
    },
  };
}
