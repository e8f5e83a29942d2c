import { readFileSync, readlinkSync } from 'node:fs';

/** Which process this is among all that have ever been. */
export interface ProcessMark {
  /** This boot of this machine, as far as its processes can see each other; empty where that cannot be told. */
  readonly machine: string;
  readonly pid: number;
  /** When the process started, as the kernel counts; empty where that cannot be told. */
  readonly startMark: string;
}

/** Only Linux tells enough to be certain. Elsewhere a process is judged by its signs of life alone. */
export function thisProcess(): ProcessMark {
  return { machine: machineOf(), pid: process.pid, startMark: readStat(process.pid)?.startMark ?? '' };
}

/** Whether a process has ended for certain: it is of this very machine and boot, and is not there, or is another. */
export function isProcessGone({ machine, pid, startMark }: ProcessMark): boolean {
  if (machine === '' || startMark === '' || machine !== machineOf()) return false;
  const now = readStat(pid);
  return !now || now.isDead || now.startMark !== startMark;
}

function machineOf(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** See proc(5): the name in parentheses may hold anything, so what counts begins after the last one. */
function readStat(pid: number): { readonly startMark: string; readonly isDead: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = ''] = fields;
    return { startMark: fields[19] ?? '', isDead: state === 'Z' || state === 'X' };
  } catch {
    return undefined;
  }
}
