import { readInventoryText, type ReadOptions } from '../../../src/oceanbase/inventory-file/read-inventory-file.ts';
import type { RefusedError } from 'precede';
import type { FleetDescription } from '../../../src/oceanbase/index.ts';

/** Two public keys that nobody has the private half of. */
export const hostKeys = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJh9QXZ1m1UO0i4HZqV7oYd0b7Qw4bTtTTx1XHgXr0ab',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0r4lqjY1C9W4Qbq1q1J9mXb0l0z4mJ2cY7yq2Yw1Zk',
] as const;

/** Reads a text as the file `inventory.yaml` of a directory. */
export function read(
  text: string,
  { dir = '/inventory', ...options }: ReadOptions & { dir?: string } = {},
): Promise<FleetDescription> {
  return readInventoryText(text, { ...options, name: 'inventory.yaml', file: `${dir}/inventory.yaml` });
}

/** The lines of a refusal: `CODE message`. */
export async function problemsOf(
  text: string,
  options: ReadOptions & { dir?: string } = {},
): Promise<readonly string[]> {
  try {
    await read(text, options);
    return [];
  } catch (error) {
    const refused = error as RefusedError;
    if (refused.code !== 'INVALID_INVENTORY') throw error;
    return refused.problems.map(({ code, message }) => `${code} ${message}`);
  }
}

/** A file with one cluster, two hosts and a package. */
export const soundFile = `version: 1
defaults:
  hosts:
    ssh: { user: admin, key: { file: ~/.ssh/precede } }
    become: sudo
    directories: { data: /disk1 }
    startupParameters: { memory_limit: 8G, cpu_count: 16 }
  packages: { os: el7, architecture: x86_64 }
clusters:
  - id: 1
    name: prod
    obClusterId: 21
    obVersion: 4.3.5
    rootServers: [{ ip: 10.0.0.1 }, { ip: 10.0.0.2, rpcPort: 3882 }]
    sql: { password: { env: SYS_PASSWORD } }
    zones: [{ name: zone1, idc: a }, { name: zone2 }]
    hostRequirements: { dataBytesMin: 200GiB, clockDifferenceMaxMs: 50 }
hosts:
  - id: 1
    address: 10.0.0.11
    ssh: { hostKey: ${hostKeys[0]} }
    server: { cluster: 1, zone: zone1 }
  - id: 7
    name: spare
    address: 10.0.0.17
    ssh: { host: bastion.example, port: 2222, hostKey: ${hostKeys[1]}, key: { command: [vault, key] } }
    become: none
    directories: { log: /disk2 }
    startupParameters: { memory_limit: 4G }
packages:
  - path: packages/oceanbase-ce-4.3.5-100.el7.x86_64.rpm
    sha256: ${'0123456789abcdef'.repeat(4)}
    version: 4.3.5
`;
