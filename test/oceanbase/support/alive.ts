import { readFileSync } from 'node:fs';

/** Whether a process runs: one that has ended and only waits to be collected does not. */
export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}
