import type { DatabaseAddress } from '../database/database-address.ts';
import type { HostAddress } from '../host/host-address.ts';
import type { ClusterRecord } from './cluster-record.ts';
import type { HostRecord } from './host-record.ts';
import { resolveSecret } from './secret-ref.ts';

/** Told each secret before it is used, so that it can be kept out of logs. */
export type SecretListener = ((secret: string) => void) | undefined;

type ReachOfHost = 'id' | 'innerIpAddress' | 'sshHost' | 'sshPort' | 'user' | 'hostKey' | 'key';

/** Where a host is reached over SSH, its key looked up. @throws what `resolveSecret` throws */
export async function hostAddressOf(
  host: Pick<HostRecord, ReachOfHost>,
  onSecret: SecretListener,
): Promise<HostAddress> {
  const { id, sshHost, innerIpAddress, sshPort: port, user, hostKey, key } = host;
  const place = { id, host: sshHost ?? innerIpAddress, port, user, hostKey };
  if ('file' in key) return { ...place, keyFile: key.file };
  const privateKey = await resolveSecret(key);
  onSecret?.(privateKey);
  return { ...place, privateKey };
}

/** Where a cluster's SQL is spoken to, its password looked up. @throws what `resolveSecret` throws */
export async function databaseAddressesOf(
  { sqlAddresses, sysUser: user, password }: Pick<ClusterRecord, 'sqlAddresses' | 'sysUser' | 'password'>,
  onSecret: SecretListener,
): Promise<readonly DatabaseAddress[]> {
  const secret = await resolveSecret(password);
  onSecret?.(secret);
  return sqlAddresses.map((address) => ({ ...address, user, password: secret }));
}
