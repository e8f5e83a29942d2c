import { PrecedeError } from '../../errors/index.ts';
import type { JsonObject } from '../../json/index.ts';

/** Everything that can go wrong between us and a host. */
export type HostErrorCode =
  | 'SSH_REFUSED'
  | 'SSH_UNREACHABLE'
  | 'SSH_SILENT'
  | 'SSH_HANDSHAKE'
  | 'SSH_HOST_KEY_MISMATCH'
  | 'SSH_AUTHENTICATION'
  | 'SSH_CONNECTION_LOST'
  | 'SSH_CHANNELS_EXHAUSTED'
  | 'SSH_TIMEOUT'
  | 'SSH_ABORTED'
  | 'SSH_COMMAND_KILLED'
  | 'SSH_OUTCOME_UNKNOWN';

/** What a host error is made of. */
export interface HostErrorParts {
  readonly hostId: number | string;
  readonly message: string;
  /** Default: the usual advice for the code. */
  readonly next?: string | undefined;
  readonly mayHaveRun: boolean;
  readonly details?: JsonObject | undefined;
}

/** A command whose exit status is not known. Its details never hold a key. */
export class HostSessionError extends PrecedeError<HostErrorCode> {
  readonly hostId: number | string;
  /** False only when it is certain that the host did not start the command. */
  readonly mayHaveRun: boolean;

  constructor(code: HostErrorCode, parts: HostErrorParts) {
    super(code, {
      message: parts.message,
      next: parts.next ?? advice[code],
      details: { hostId: parts.hostId, mayHaveRun: parts.mayHaveRun, ...parts.details },
    });
    this.hostId = parts.hostId;
    this.mayHaveRun = parts.mayHaveRun;
  }
}

/** The connection ended while a command was under way, without an exit status: it may have run, wholly or partly. */
export class CommandOutcomeUnknownError extends HostSessionError {
  constructor(parts: Omit<HostErrorParts, 'mayHaveRun'>) {
    super('SSH_OUTCOME_UNKNOWN', { ...parts, mayHaveRun: true });
  }
}

/** Is this a failure of the way to the host (not of a command), as a host shows it while it starts or is cut off? */
export function isHostConnectionError(thrown: unknown): boolean {
  return thrown instanceof HostSessionError && connectionCodes.has(thrown.code);
}

const connectionCodes: ReadonlySet<HostErrorCode> = new Set<HostErrorCode>([
  'SSH_REFUSED',
  'SSH_UNREACHABLE',
  'SSH_SILENT',
  'SSH_HANDSHAKE',
  'SSH_CONNECTION_LOST',
  'SSH_CHANNELS_EXHAUSTED',
  'SSH_TIMEOUT',
  'SSH_OUTCOME_UNKNOWN',
]);

const advice: Readonly<Record<HostErrorCode, string>> = {
  SSH_REFUSED: 'Check that sshd runs on the host and listens on this port, then retry.',
  SSH_UNREACHABLE: 'Check the address and the network path to the host, then retry.',
  SSH_SILENT: 'Check that the port belongs to sshd and that the host is not overloaded or frozen, then retry.',
  SSH_HANDSHAKE: 'Check that the port belongs to sshd, and its log for the reason.',
  SSH_HOST_KEY_MISMATCH:
    'Find out why the key changed before anything else. If the host was set up anew, record its new key in the inventory.',
  SSH_AUTHENTICATION: "Check the user and that its authorized_keys holds this key's public half.",
  SSH_CONNECTION_LOST: 'Nothing was sent; retry once the host answers again.',
  SSH_CHANNELS_EXHAUSTED: "Lower the number of parallel commands for this host, or raise sshd's MaxSessions.",
  SSH_TIMEOUT: 'Check on the host whether the command is still running, then give it more time or retry.',
  SSH_ABORTED: 'Check on the host whether the command is still running before it is sent again.',
  SSH_COMMAND_KILLED: 'Find out who ended the command (out of memory, an operator), then retry.',
  SSH_OUTCOME_UNKNOWN: 'Ask the host for the effect of the command before it is sent again.',
};
