import { RefusedError, type Problem } from '../../errors/index.ts';
import { faultKinds, type FaultKindFacts, type SandboxFaultKind } from './fault-kinds.ts';

/** A fault, wherever it is. */
export interface HeldFault {
  readonly kind: SandboxFaultKind;
  /** The number after the kind (`ssh-drop:3`, `slow:500`); what it means stands in `faultKinds`. */
  readonly parameter?: number;
}

/** A fault of one host. */
export interface HostFault extends HeldFault {
  readonly hostId: number;
}

/** A fault of the cluster: of its database or of its package repository. */
export interface ClusterFault extends HeldFault {
  readonly cluster: true;
}

/** One fault of a sandbox. */
export type SandboxFault = HostFault | ClusterFault;

const faultPattern = /^(?:host:([1-9]\d{0,3})|(cluster))=([a-z-]{1,40})(?::(\d{1,9}))?$/;

/**
 * Reads one fault as it is written on the command line: `host:2=disk-full`, `host:1=ssh-drop:3`, `cluster=db-freezes`.
 * Refuses with `INVALID_FAULT`, naming the known kinds.
 */
export function parseFault(text: string): SandboxFault {
  const [, host, cluster, kind = '', parameter] = faultPattern.exec(text) ?? [];
  if (host === undefined && cluster === undefined) {
    throw refusedFault(text, 'a fault is written host:<id>=<kind> or cluster=<kind>, and may end in :<number>');
  }
  if (!isFaultKind(kind)) throw refusedFault(text, `there is no kind of fault "${kind}"`);
  const facts: FaultKindFacts = faultKinds[kind];
  if (!facts.of.includes(host === undefined ? 'cluster' : 'host')) {
    throw refusedFault(text, `the fault "${kind}" is one of ${facts.of.includes('host') ? 'a host' : 'the cluster'}`);
  }
  const held = { kind, ...parameterOf(text, parameter, kind) };
  return host === undefined ? { cluster: true, ...held } : { hostId: Number(host), ...held };
}

/** Refuses with `INVALID_FAULT` when a fault names a host that the sandbox does not have, or one that cannot have it. */
export function refuseImpossibleFaults(
  faults: readonly SandboxFault[],
  hosts: { readonly ids: readonly number[]; readonly memberIds: readonly number[] },
): void {
  const problems = faults.flatMap((fault) => ('hostId' in fault ? impossible(fault, hosts) : []));
  if (problems.length > 0) throw new RefusedError('INVALID_FAULT', 'Faults', problems);
}

/** The faults that the programs on a host have to know: its own, and on the root server those of the database. */
export function faultsOfHost(
  faults: readonly SandboxFault[],
  { id, isRootServer }: { readonly id: number; readonly isRootServer: boolean },
): readonly HeldFault[] {
  return faults.filter((fault) => ('hostId' in fault ? fault.hostId === id : isRootServer));
}

/** The fault of that kind among these, if there is one. */
export function faultOf(faults: readonly HeldFault[], kind: SandboxFaultKind): HeldFault | undefined {
  return faults.find((fault) => fault.kind === kind);
}

function parameterOf(
  text: string,
  parameter: string | undefined,
  kind: SandboxFaultKind,
): Pick<HeldFault, 'parameter'> {
  if (parameter === undefined) return {};
  const facts: FaultKindFacts = faultKinds[kind];
  if (!facts.parameter) throw refusedFault(text, `the fault "${kind}" takes no number`);
  const { min, max, meaning } = facts.parameter;
  const value = Number(parameter);
  if (value < min || value > max) throw refusedFault(text, `the number must be ${min} to ${max}: ${meaning}`);
  return { parameter: value };
}

/** Kinds that a member of the cluster cannot have: the sandbox would not come up. */
const notOfMembers: ReadonlySet<SandboxFaultKind> = new Set(['port-taken', 'observer-exits', 'flapping']);

function impossible(
  { hostId, kind }: HostFault,
  { ids, memberIds }: { readonly ids: readonly number[]; readonly memberIds: readonly number[] },
): readonly Problem[] {
  const details = { hostId, kind };
  if (!ids.includes(hostId)) {
    const next = `Name one of its hosts: ${ids.join(', ')}.`;
    return [{ code: 'UNKNOWN_HOST', message: `the sandbox has no host ${hostId}`, next, details }];
  }
  if (!memberIds.includes(hostId) || !notOfMembers.has(kind)) return [];
  const message = `host ${hostId} is a member of the cluster, which would not come up with "${kind}"`;
  return [{ code: 'NOT_OF_MEMBERS', message, next: 'Give it to a host that is to be added.', details }];
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
