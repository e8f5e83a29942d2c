import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type ssh2 from 'ssh2';
import { connectFailure } from './connect-failure.ts';
import { ssh2Package } from '../wire-packages.ts';

/** What a host shows to whoever connects. */
export interface ScannedKey {
  /** One line, as an inventory pins it. */
  readonly hostKey: string;
  /** As `ssh-keygen -l` prints it: `SHA256:…`. */
  readonly fingerprint: string;
}

/** Whom to ask. */
export interface ScanTarget {
  readonly id: number | string;
  readonly host: string;
  readonly port: number;
  /** How long it may take, in milliseconds. @default 10_000 */
  readonly timeoutMs?: number;
}

/** The newest kind of key that the host has comes first. */
const serverHostKey: readonly ssh2.ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * Reads the public key that a host shows, and leaves without logging in. The key is what the network showed: somebody
 * has to compare its fingerprint with the host's own before it is pinned.
 *
 * @throws HostSessionError when the host shows none
 */
export async function scanHostKey({ id, host, port, timeoutMs = 10_000 }: ScanTarget): Promise<ScannedKey> {
  const { shown, error, tcpConnected } = await handshake({ host, port, timeoutMs });
  if (shown) return { hostKey: keyLine(shown), fingerprint: fingerprintOf(shown) };
  const address = { id, host, port, user: 'nobody', hostKey: '', privateKey: '' };
  throw connectFailure({ address, timeoutMs, error, tcpConnected, hostKeyRefused: false, closedByUs: false });
}

interface Handshake {
  readonly shown: Buffer | undefined;
  readonly error: Error | undefined;
  readonly tcpConnected: boolean;
}

/** Goes as far as the key, and refuses it. Resolves once the socket is closed. */
async function handshake({ host, port, timeoutMs }: Required<Omit<ScanTarget, 'id'>>): Promise<Handshake> {
  const socket = connect({ host, port, noDelay: true });
  const client = new (ssh2Package().Client)();
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  let seen: Handshake = { shown: undefined, error: undefined, tcpConnected: false };
  const onError = (error: Error): void => {
    seen = { ...seen, error: seen.error ?? error };
    socket.destroy();
  };
  socket.once('connect', () => {
    seen = { ...seen, tcpConnected: true };
  });
  socket.on('error', onError);
  socket.once('close', () => resolve(undefined));
  client.on('error', onError);
  client.connect({
    sock: socket,
    username: 'nobody',
    algorithms: { serverHostKey: [...serverHostKey] },
    readyTimeout: timeoutMs,
    hostVerifier: (key: Buffer) => {
      seen = { ...seen, shown: key };
      return false;
    },
  });
  await closed;
  return seen;
}

/** The fingerprint of a pinned line; undefined when it cannot be read. */
export function fingerprintOfLine(hostKey: string): string | undefined {
  const key = ssh2Package().utils.parseKey(hostKey);
  return key instanceof Error ? undefined : fingerprintOf(key.getPublicSSH());
}

function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256')
    .update(key)
    .digest('base64')
    .replace(/={1,2}$/, '')}`;
}

/** A key in wire form begins with its type, which has its length before it. */
function keyLine(key: Buffer): string {
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
  return `${type} ${key.toString('base64')}`;
}
