import { sh, type ShellCommand } from '../host/shell-command.ts';
import type { ExecResult } from '../host/host-session.ts';
import type { HostRecord } from '../inventory/host-record.ts';

/** What a host says of itself; null where it does not say. Sizes in bytes. */
export interface HostFacts {
  readonly architecture: string | null;
  readonly kernel: string | null;
  readonly user: string | null;
  readonly homeFreeBytes: number | null;
  readonly dataFreeBytes: number | null;
  readonly logFreeBytes: number | null;
  readonly memoryFreeBytes: number | null;
  readonly openFiles: number | null;
  readonly processes: number | null;
  readonly aioRequests: number | null;
  /** In KiB. */
  readonly stackKib: number | null;
  /** Whether a core of any size may be written. */
  readonly coreUnlimited: boolean | null;
  /** The devices and files that are swapped to; empty for none. */
  readonly swapDevices: string | null;
  /** Always, madvise or never. */
  readonly hugePages: string | null;
  /** Enforcing, Permissive or Disabled. */
  readonly selinux: string | null;
  /** Whether the processors have AVX. */
  readonly hasAvx: boolean | null;
  /** Whether the OCP agent's program is there. */
  readonly hasAgent: boolean | null;
  /** Whether `sudo -n` may install packages. */
  readonly maySudo: boolean | null;
  /** Whether the mounts belong to the user who logs in. */
  readonly isDataOwner: boolean | null;
  readonly isLogOwner: boolean | null;
  readonly isHomeWritable: boolean;
  readonly isDataWritable: boolean;
  readonly isLogWritable: boolean;
  /** How far the host's clock is from ours at least, given how long the question took. */
  readonly clockDifferenceMs: number | null;
}

type HostPlaces = Pick<HostRecord, 'homePath' | 'dataPath' | 'logPath' | 'agentPath' | 'sudo'>;

/** The one command that asks a host for everything: a line `name value` a fact. It only reads. */
export function hostFactsCommand({ host }: { readonly host: HostPlaces }): ShellCommand {
  const { homePath, dataPath, logPath, agentPath } = host;
  const asksSudo = host.sudo ? sh`echo "sudo $(sudo -n rpm -qa >/dev/null 2>&1 && echo yes || echo no)"` : sh`:`;
  return sh`PATH=$PATH:/usr/sbin:/sbin
nearest() { path=$1; while [ ! -d "$path" ] && [ "$path" != / ]; do path=$(dirname -- "$path"); done; echo "$path"; }
free() { df -Pk -- "$(nearest "$1")" 2>/dev/null | awk 'NR == 2 { print $4 }'; }
writable() { [ -w "$(nearest "$1")" ] && echo yes || echo no; }
meminfo() { awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo 2>/dev/null; }
echo "clock $(date +%s%3N)"
echo "architecture $(uname -m)"
echo "kernel $(uname -sr)"
echo "user $(id -un)"
echo "homeKib $(free ${homePath})"
echo "dataKib $(free ${dataPath})"
echo "logKib $(free ${logPath})"
echo "homeWritable $(writable ${homePath})"
echo "dataWritable $(writable ${dataPath})"
echo "logWritable $(writable ${logPath})"
echo "memoryKib $(meminfo MemAvailable)"
echo "swapDevices $({ swapon --show=NAME --noheadings || awk 'NR > 1 { print $1 }' /proc/swaps; } 2>/dev/null | tr '\n' ' ')"
echo "openFiles $(ulimit -n)"
echo "processes $(ulimit -u 2>/dev/null || ulimit -p 2>/dev/null)"
echo "stackKib $(ulimit -s)"
echo "core $(ulimit -c)"
echo "aioRequests $({ sysctl -n fs.aio-max-nr || cat /proc/sys/fs/aio-max-nr; } 2>/dev/null)"
echo "selinux $(getenforce 2>/dev/null)"
echo "avx $({ lscpu || cat /proc/cpuinfo; } 2>/dev/null | awk '/^[Ff]lags/ { print / avx( |$)/ ? "yes" : "no"; exit }')"
echo "agent $([ -x ${`${agentPath}/bin/ocp_agentctl`} ] && echo yes || echo no)"
${asksSudo}
echo "uid $(id -u)"
echo "dataOwner $(stat -c %u -- ${dataPath} 2>/dev/null)"
echo "logOwner $(stat -c %u -- ${logPath} 2>/dev/null)"
echo "hugePages $(sed 's/.*\\[\\(.*\\)\\].*/\\1/' /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null)"`;
}

/** When the question was sent and answered, epoch milliseconds of our own clock. */
export interface Exchange {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** Reads the answer. What is missing or no number is null: a host that cannot tell is not refused for it. */
export function parseHostFacts({ stdout }: Pick<ExecResult, 'stdout'>, exchange: Exchange): HostFacts {
  const said = new Map(
    stdout.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1).trim()]),
  );
  const text = (name: string): string | null => nonEmpty(said.get(name));
  const number = (name: string): number | null => {
    const value = text(name);
    if (value === 'unlimited') return Number.MAX_SAFE_INTEGER;
    return value !== null && /^\d+$/.test(value) ? Number(value) : null;
  };
  const equals = (name: string, value: string | null): boolean | null => {
    const told = text(name);
    return told === null || value === null ? null : told === value;
  };
  const bytes = (name: string): number | null => {
    const kib = number(name);
    return kib === null ? null : kib * 1024;
  };
  return {
    architecture: text('architecture'),
    kernel: text('kernel'),
    user: text('user'),
    homeFreeBytes: bytes('homeKib'),
    dataFreeBytes: bytes('dataKib'),
    logFreeBytes: bytes('logKib'),
    memoryFreeBytes: bytes('memoryKib'),
    openFiles: number('openFiles'),
    processes: number('processes'),
    aioRequests: number('aioRequests'),
    stackKib: number('stackKib'),
    coreUnlimited: equals('core', 'unlimited'),
    swapDevices: said.get('swapDevices') ?? null,
    hugePages: text('hugePages'),
    selinux: text('selinux'),
    hasAvx: equals('avx', 'yes'),
    hasAgent: equals('agent', 'yes'),
    maySudo: equals('sudo', 'yes'),
    isDataOwner: equals('dataOwner', text('uid')),
    isLogOwner: equals('logOwner', text('uid')),
    isHomeWritable: text('homeWritable') === 'yes',
    isDataWritable: text('dataWritable') === 'yes',
    isLogWritable: text('logWritable') === 'yes',
    clockDifferenceMs: clockDifference(number('clock'), exchange),
  };
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

/** The host read its clock at some moment between our two; within that span nothing is known to differ. */
function clockDifference(hostMs: number | null, { sentAtMs, receivedAtMs }: Exchange): number | null {
  if (hostMs === null) return null;
  return Math.max(0, sentAtMs - hostMs, hostMs - receivedAtMs);
}
