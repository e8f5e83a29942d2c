/** One start of a process on a host: the same process for as long as both are the same. */
export interface ProcessStart {
  readonly pid: number;
  /** When it started, as the host's kernel tells it: opaque, exact, never the same for a later start. */
  readonly startMark: string;
}

/** Are these one and the same start? A pid alone does not say so, since pids are used again. */
export function isSameStart(one: ProcessStart, other: ProcessStart): boolean {
  return one.pid === other.pid && one.startMark === other.startMark;
}
