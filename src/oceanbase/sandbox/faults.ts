import { RefusedError } from '../../errors/index.ts';

/** What a kind of fault does, and the one whole number it may be given after a colon. */
interface FaultKindFacts {
  readonly summary: string;
  readonly parameter?: { readonly meaning: string; readonly min: number; readonly max: number };
}

/** Every kind of fault that a sandbox host can have. A new kind is one row here and its effect where it belongs. */
export const faultKinds = Object.freeze({
  'disk-full': { summary: 'the pre-check sees room, but installing a package ends with "No space left on device"' },
  'port-taken': { summary: 'something listens on the SQL port before the observer does' },
  'ssh-drop': {
    summary: 'the SSH server cuts its connections once, in the middle of a command; the command goes on',
    parameter: {
      meaning: 'the number of the command; by default the one that installs a package',
      min: 1,
      max: 10_000,
    },
  },
  slow: {
    summary: 'every command starts late',
    parameter: { meaning: 'the delay in milliseconds, 2000 by default', min: 1, max: 600_000 },
  },
  'never-active': { summary: 'the observer runs and joins, but its start-of-service time never comes' },
} as const satisfies Record<string, FaultKindFacts>);

/** The name of a kind of fault. */
export type SandboxFaultKind = keyof typeof faultKinds;

/** One fault of one host. */
export interface SandboxFault {
  readonly hostId: number;
  readonly kind: SandboxFaultKind;
  /** The number after the kind (`ssh-drop:3`, `slow:500`); what it means stands in `faultKinds`. */
  readonly parameter?: number;
}

const faultPattern = /^host:([1-9]\d{0,3})=([a-z-]{1,40})(?::(\d{1,9}))?$/;

/**
 * Reads one fault as it is written on the command line: `host:2=disk-full`, `host:1=ssh-drop:3`, `host:1=slow:500`.
 * Refuses with `INVALID_FAULT`, naming the known kinds.
 */
export function parseFault(text: string): SandboxFault {
  const [, host, kind, parameter] = faultPattern.exec(text) ?? [];
  if (host === undefined || kind === undefined) {
    throw refusedFault(text, 'a fault is written host:<id>=<kind> or host:<id>=<kind>:<number>');
  }
  if (!isFaultKind(kind)) throw refusedFault(text, `there is no kind of fault "${kind}"`);
  const fault: SandboxFault = { hostId: Number(host), kind };
  if (parameter === undefined) return fault;
  const facts: FaultKindFacts = faultKinds[kind];
  if (!facts.parameter) throw refusedFault(text, `the fault "${kind}" takes no number`);
  const { min, max, meaning } = facts.parameter;
  const value = Number(parameter);
  if (value < min || value > max) throw refusedFault(text, `the number must be ${min} to ${max}: ${meaning}`);
  return { ...fault, parameter: value };
}

/** Refuses with `INVALID_FAULT` when a fault names a host that the sandbox does not have. */
export function refuseFaultsOfUnknownHosts(faults: readonly SandboxFault[], hostIds: readonly number[]): void {
  const known = new Set(hostIds);
  const problems = faults
    .filter((fault) => !known.has(fault.hostId))
    .map((fault) => ({
      code: 'UNKNOWN_HOST',
      message: `the sandbox has no host ${fault.hostId}`,
      next: `Name one of its hosts: ${hostIds.join(', ')}.`,
      details: { hostId: fault.hostId, kind: fault.kind },
    }));
  if (problems.length > 0) throw new RefusedError('INVALID_FAULT', 'Faults', problems);
}

/** The fault of that kind among a host's faults, if it has one. */
export function faultOf(faults: readonly SandboxFault[], kind: SandboxFaultKind): SandboxFault | undefined {
  return faults.find((fault) => fault.kind === kind);
}

function isFaultKind(kind: string): kind is SandboxFaultKind {
  return Object.hasOwn(faultKinds, kind);
}

function refusedFault(text: string, message: string): RefusedError<'INVALID_FAULT'> {
  const known = Object.keys(faultKinds);
  return new RefusedError('INVALID_FAULT', `Fault "${text}"`, [
    { code: 'INVALID_FAULT', message, next: `Known kinds: ${known.join(', ')}.`, details: { fault: text, known } },
  ]);
}
