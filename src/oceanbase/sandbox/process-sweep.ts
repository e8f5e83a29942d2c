import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The variable that every process of a sandbox has in its environment, with the sandbox's id as its value. */
export const sandboxVariable = 'PRECEDE_SANDBOX';

const roundsMax = 100;
const roundMs = 50;

/** Kills every process of that sandbox and waits until none is left. Resolves with whether that came about in time. */
export async function sweepProcesses(sandboxId: string): Promise<boolean> {
  for (let round = 0; round < roundsMax; round += 1) {
    const pids = processesOf(sandboxId);
    if (pids.length === 0) return true;
    for (const pid of pids) kill(pid);
    await delay(roundMs);
  }
  return false;
}

function processesOf(sandboxId: string): readonly number[] {
  const mark = `${sandboxVariable}=${sandboxId}`;
  const pids = existsSync('/proc/self/environ') ? fromProc(mark) : fromPs(mark);
  return pids.filter((pid) => pid !== process.pid);
}

function fromProc(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).split('\0').includes(mark))
    .map(Number);
}

/** Empty for a process of another user, and for one that has ended and only waits to be collected. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function fromPs(mark: string): number[] {
  const listing = execFileSync('ps', ['-A', '-E', '-ww', '-o', 'pid=,command='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listing
    .split('\n')
    .filter((line) => line.includes(mark))
    .map((line) => Number.parseInt(line, 10));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
