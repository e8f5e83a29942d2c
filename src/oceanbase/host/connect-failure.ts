import type { HostAddress } from './host-address.ts';
import { HostSessionError } from './host-session-error.ts';
import type { HostErrorCode } from './host-session-error.ts';

/** What was seen of a connection that could not be opened. */
export interface ConnectFacts {
  readonly address: HostAddress;
  readonly timeoutMs: number;
  /** The first error, if there was one before the connection closed. */
  readonly error: Error | undefined;
  readonly tcpConnected: boolean;
  readonly hostKeyRefused: boolean;
  readonly closedByUs: boolean;
}

/** Names why a connection to a host could not be opened. Nothing was sent, so `mayHaveRun` is false. */
export function connectFailure(facts: ConnectFacts): HostSessionError {
  const { address } = facts;
  const place = `host ${String(address.id)} (${address.user}@${address.host}:${String(address.port)})`;
  const code = codeOf(facts);
  return new HostSessionError(code, {
    hostId: address.id,
    message: `Cannot connect to ${place}: ${keyMistake(facts) ?? explanations[code] ?? reasonOf(facts)}`,
    mayHaveRun: false,
    details: { host: address.host, port: address.port, user: address.user, reason: reasonOf(facts) },
  });
}

const explanations: Partial<Record<HostErrorCode, string>> = {
  SSH_ABORTED: 'the connections were closed on our side.',
  SSH_REFUSED: 'the connection was refused.',
  SSH_HOST_KEY_MISMATCH: 'it shows another host key than the one in the inventory.',
  SSH_AUTHENTICATION: 'it does not accept this user with this key.',
};

/** The host was not even asked: ssh2 throws for a key that has a passphrase or an unknown form, and does not show it. */
function keyMistake({ error }: ConnectFacts): string | undefined {
  const [, why] = /^Cannot parse privateKey: (.*)/.exec(error?.message ?? '') ?? [];
  return why === undefined ? undefined : `our private key cannot be used: ${why}.`;
}

function codeOf(facts: ConnectFacts): HostErrorCode {
  const { error, hostKeyRefused, tcpConnected } = facts;
  if (facts.closedByUs) return 'SSH_ABORTED';
  if (hostKeyRefused) return 'SSH_HOST_KEY_MISMATCH';
  const level = field(error, 'level');
  if (level === 'client-authentication') return 'SSH_AUTHENTICATION';
  if (!tcpConnected) return field(error, 'code') === 'ECONNREFUSED' ? 'SSH_REFUSED' : 'SSH_UNREACHABLE';
  // A host that has no key of the pinned kind cannot show the pinned key.
  if (error?.message.includes('no matching host key')) return 'SSH_HOST_KEY_MISMATCH';
  return level === 'client-timeout' ? 'SSH_SILENT' : 'SSH_HANDSHAKE';
}

function reasonOf(facts: ConnectFacts): string {
  const { error, tcpConnected, timeoutMs } = facts;
  if (error === undefined) return 'the host closed the connection before it was ready.';
  if (field(error, 'level') === 'client-timeout') {
    return tcpConnected
      ? `it accepted the connection but was not ready within ${String(timeoutMs)} ms.`
      : `no answer within ${String(timeoutMs)} ms.`;
  }
  return error.message.slice(0, 500);
}

function field(error: Error | undefined, name: 'code' | 'level'): unknown {
  return error === undefined ? undefined : Reflect.get(error, name);
}
