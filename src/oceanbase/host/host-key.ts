import { createHash, timingSafeEqual } from 'node:crypto';
import { RefusedError } from '../../errors/index.ts';
import type { HostAddress } from './host-address.ts';
import { ssh2Package } from '../wire-packages.ts';

/** The one public key that a host may show. */
export interface PinnedHostKey {
  /** What to offer in the handshake, so that the host shows the pinned kind of key and never an older signature. */
  readonly algorithms: readonly HostKeyAlgorithm[];
  /** Is this (in SSH wire form) the pinned key? Takes the same time for every answer. */
  matches(shown: Buffer): boolean;
}

type HostKeyAlgorithm = 'ssh-ed25519' | 'rsa-sha2-512' | 'rsa-sha2-256' | `ecdsa-sha2-nistp${'256' | '384' | '521'}`;

const algorithmsOf: ReadonlyMap<string, readonly HostKeyAlgorithm[]> = new Map<string, readonly HostKeyAlgorithm[]>([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
]);

/** Reads the pinned key of a host. Refuses (`HOST_KEY_UNREADABLE`) when it is missing, unreadable or of an old kind. */
export function readPinnedHostKey(address: HostAddress): PinnedHostKey {
  const key = ssh2Package().utils.parseKey(address.hostKey);
  if (key instanceof Error) throw unreadable(address, key.message);
  const algorithms = algorithmsOf.get(key.type);
  if (algorithms === undefined) throw unreadable(address, `keys of type ${key.type} are not trusted`);
  const pinned = digest(key.getPublicSSH());
  return { algorithms, matches: (shown) => timingSafeEqual(digest(shown), pinned) };
}

function digest(key: Buffer): Buffer {
  return createHash('sha256').update(key).digest();
}

function unreadable(address: HostAddress, why: string): RefusedError<'HOST_KEY_UNREADABLE'> {
  return new RefusedError('HOST_KEY_UNREADABLE', `Host ${String(address.id)}`, [
    {
      code: 'HOST_KEY_UNREADABLE',
      message: `The host key in the inventory cannot be used: ${why}.`,
      next: 'Record the one-line public key of the host, as in /etc/ssh/ssh_host_ed25519_key.pub.',
    },
  ]);
}
