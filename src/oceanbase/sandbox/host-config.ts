import { dirname, join } from 'node:path';
import type { HeldFault } from './faults.ts';
import { readJsonFile } from './json-file.ts';
import type { SocketAddress } from './line-socket.ts';
import type { Release } from './release.ts';

/** What a stand-in program knows about the host on which it runs: D/hosts/<id>/host.json, written before it starts. */
export interface HostConfig {
  readonly sandboxId: string;
  /** Proves to the owner that a stand-in of this sandbox speaks. */
  readonly token: string;
  readonly owner: SocketAddress;
  readonly id: number;
  readonly ip: string;
  readonly sqlPort: number;
  readonly rpcPort: number;
  readonly rootPath: string;
  readonly homePath: string;
  readonly packageDatabasePath: string;
  readonly release: Release;
  readonly faults: readonly HeldFault[];
  readonly cluster: ClusterFacts;
  /** How long an observer that joins or restarts takes until it serves. */
  readonly startServiceDelayMs: number;
  /** How long a server stays DELETING. */
  readonly deleteServerDelayMs: number;
}

/** The cluster that every observer of the sandbox can belong to. */
export interface ClusterFacts {
  readonly id: number;
  readonly name: string;
  /** SHA1(SHA1(password)) of root@sys as hex: what a MySQL server keeps instead of the password. */
  readonly passwordHash: string;
  readonly rootServer: { readonly ip: string; readonly rpcPort: number; readonly sqlPort: number };
  /** Where the root server logs its SQL. */
  readonly sqlLog: string;
}

const levelsMax = 32;

/** Finds and reads host.json in a directory above `path` (absolute); undefined when this is no host of a sandbox. */
export function findHostConfig(path: string): HostConfig | undefined {
  let directory = dirname(path);
  for (let level = 0; level < levelsMax; level += 1) {
    const config = readJsonFile(join(directory, 'host.json'));
    if (config !== undefined) return config as HostConfig;
    directory = dirname(directory);
  }
  return undefined;
}
