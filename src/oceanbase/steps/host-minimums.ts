import type { Problem } from '../../errors/index.ts';
import type { HostRequirements } from '../inventory/host-requirements.ts';
import type { HostFacts } from './host-facts.ts';

interface Minimum {
  readonly code: 'DISK_TOO_SMALL' | 'MEMORY_TOO_SMALL' | 'LIMIT_TOO_LOW';
  readonly ocpCode: string;
  readonly what: string;
  readonly has: number | null;
  /** Below this a host is refused. */
  readonly needs: number;
  /** Below this a host is warned about. */
  readonly recommended?: number;
  readonly fix: string;
}

/** What the host has too little of, each with what was found, what is needed and how to change it. */
export function minimumProblems(facts: HostFacts, requirements: HostRequirements): readonly Problem[] {
  return minimumsOf(facts, requirements).flatMap(({ code, ocpCode, what, has, needs, fix }) => {
    // What a host does not tell, and what an older inventory does not ask for, stands in nobody's way.
    if (has === null || !(has < needs)) return [];
    const message = `${what}: ${shown(has)} found, ${shown(needs)} needed`;
    return [{ code, message, next: fix, details: { ocpCode, found: has, needed: needs } }];
  });
}

/** What is not as the manual recommends it, but does not stand in the way. */
export function hostWarnings(facts: HostFacts, requirements: HostRequirements): readonly string[] {
  const below = minimumsOf(facts, requirements).flatMap(({ what, has, needs, recommended, fix }) => {
    if (has === null || has < needs || recommended === undefined || has >= recommended) return [];
    return [`${what}: ${shown(has)} found, ${shown(recommended)} recommended. ${fix}`];
  });
  return [...below, ...kernelWarnings(facts)];
}

function kernelWarnings(facts: HostFacts): readonly string[] {
  const { coreUnlimited, swapDevices, hugePages, selinux, hasAgent } = facts;
  const rules: readonly (readonly [isBroken: boolean, warning: string])[] = [
    [
      coreUnlimited === false,
      'Size of core files: limited, unlimited recommended. Set core in /etc/security/limits.conf.',
    ],
    [
      swapDevices !== null && swapDevices !== '',
      `Swap: on (${swapDevices ?? ''}), off recommended. swapoff -a, and take it out of /etc/fstab.`,
    ],
    [
      hugePages !== null && hugePages !== 'never',
      `Transparent huge pages: ${hugePages ?? ''}, never recommended. echo never > /sys/kernel/mm/transparent_hugepage/enabled`,
    ],
    [
      selinux !== null && selinux !== 'Disabled',
      `SELinux: ${selinux ?? ''}, Disabled recommended. Set SELINUX=disabled in /etc/selinux/config.`,
    ],
    [hasAgent === false, 'OCP agent: not installed; "Start ocp agent service" is going to fail. Install it in time.'],
  ];
  return rules.flatMap(([isBroken, warning]) => (isBroken ? [warning] : []));
}

function minimumsOf(facts: HostFacts, requirements: HostRequirements): readonly Minimum[] {
  return [...spaceMinimums(facts, requirements), ...limitMinimums(facts, requirements)];
}

function spaceMinimums(facts: HostFacts, requirements: HostRequirements): readonly Minimum[] {
  const disk = {
    code: 'DISK_TOO_SMALL',
    ocpCode: 'CMP07050',
    fix: 'Free space there, or mount a larger disk.',
  } as const;
  return [
    { ...disk, what: 'Bytes free where it is installed', has: facts.homeFreeBytes, needs: requirements.homeBytesMin },
    { ...disk, what: 'Bytes free on the data disk', has: facts.dataFreeBytes, needs: requirements.dataBytesMin },
    { ...disk, what: 'Bytes free on the log disk', has: facts.logFreeBytes, needs: requirements.logBytesMin },
    {
      ...{ code: 'MEMORY_TOO_SMALL', ocpCode: 'OBE19019' },
      ...{ what: 'Bytes of memory available', has: facts.memoryFreeBytes, needs: requirements.memoryBytesMin },
      fix: 'End what else takes memory, or choose a larger host.',
    },
  ];
}

function limitMinimums(facts: HostFacts, requirements: HostRequirements): readonly Minimum[] {
  const limit = { code: 'LIMIT_TOO_LOW', ocpCode: 'CMP07006' } as const;
  const limitsFile = '/etc/security/limits.conf, and log in anew';
  return [
    {
      ...{ ...limit, what: 'Limit of open files (ulimit -n)', has: facts.openFiles, needs: requirements.openFilesMin },
      ...{ recommended: requirements.openFilesRecommended, fix: `Raise nofile in ${limitsFile}.` },
    },
    {
      ...{ ...limit, what: 'Limit of processes (ulimit -u)', has: facts.processes, needs: requirements.processesMin },
      ...{ recommended: requirements.processesRecommended, fix: `Raise nproc in ${limitsFile}.` },
    },
    {
      ...{
        ...limit,
        what: 'Limit of the stack in KiB (ulimit -s)',
        has: facts.stackKib,
        needs: requirements.stackKibMin,
      },
      ...{ recommended: unlimited, fix: `Set stack to unlimited in ${limitsFile}.` },
    },
    {
      ...{ ...limit, what: 'fs.aio-max-nr', has: facts.aioRequests, needs: requirements.aioRequestsMin },
      ...{ recommended: requirements.aioRequestsRecommended, fix: 'Set fs.aio-max-nr in /etc/sysctl.conf; sysctl -p.' },
    },
  ];
}

/** How `parseHostFacts` reads the word. */
const unlimited = Number.MAX_SAFE_INTEGER;

function shown(value: number): string {
  return value === unlimited ? 'unlimited' : String(value);
}
