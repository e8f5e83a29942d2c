import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PrecedeError } from '../../errors/index.ts';
import { detectAddressMode, newAddressPlan } from './addresses.ts';
import { faultOf, type SandboxFault } from './faults.ts';
import { accessOf, clusterStateOf, hostConfigOf, hostIdsOf, knownHostsOf, type Fleet } from './fleet.ts';
import { hostEnvironment, makeHostFiles, observerLauncher } from './host/host-files.ts';
import { startHostServer, type HostServer } from './host/host-server.ts';
import { makeMemberFiles, startMember, writeClusterState, type Member } from './host/member.ts';
import { newKeyPair } from './keys.ts';
import { hostPaths, sandboxPaths } from './layout.ts';
import { askOnce } from './line-socket.ts';
import { startDaemon } from './observer/daemon.ts';
import { openOwnerBeacon, type OwnerBeacon } from './owner-beacon.ts';
import { sandboxVariable, sweepProcesses } from './process-sweep.ts';
import { fullName, observerPackage, writePackageFile, type PackageContent } from './rpm/package-file.ts';
import type { SandboxAccess, SandboxHost, SandboxPackage } from './sandbox-access.ts';
import { claimDirectory, recordSandbox, removeRemains } from './sandbox-directory.ts';
import { resolveOptions, type ResolvedOptions, type SandboxOptions } from './sandbox-options.ts';
import { startWarden, type Warden } from './warden.ts';

/** A running sandbox: a fleet of stand-in hosts on loopback, owned by this process. */
export interface Sandbox extends AsyncDisposable {
  readonly access: SandboxAccess;
  /** First the hosts to add (ids from 1), then the members (ids from 101). */
  readonly hosts: readonly SandboxHost[];
  /** Settles when the sandbox has ended, by `stop` or because another process asked for it. */
  readonly stopped: Promise<void>;
  /** Ends every process of the sandbox, waits until they are gone, removes what was temporary. Safe twice. */
  stop(): Promise<void>;
}

const claimsMax = 20;
const readyTimeoutMs = 20_000;
const readyPollMs = 10;

/**
 * Starts a fleet of stand-in hosts on loopback: hosts to add with the ids 1 … and cluster members with the ids 101 …,
 * the first of which is the root server. Resolves when every member serves; 3 members and 2 hosts take about a second.
 * Its processes end with this one, even after kill -9. Refuses with `INVALID_SANDBOX`, `INVALID_FAULT`,
 * `SANDBOX_RUNNING`, `SANDBOX_LOST` or `DIRECTORY_NOT_EMPTY`; nothing was started then.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const resolved = resolveOptions(options);
  const dir = await claimDirectory(resolved.dir);
  const parts = new SandboxParts();
  try {
    return await start({ ...resolved, dir }, parts);
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

/** What is running of a sandbox, so that it can be stopped at any point of its start. */
class SandboxParts {
  fleet: Fleet | undefined;
  beacon: OwnerBeacon | undefined;
  warden: Warden | undefined;
  readonly servers = new Map<number, HostServer>();
  readonly #stopped = Promise.withResolvers<undefined>();
  #stopping = false;

  get stopped(): Promise<undefined> {
    return this.#stopped.promise;
  }

  stop(): Promise<undefined> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#stop().then(this.#stopped.resolve, this.#stopped.reject);
    }
    return this.#stopped.promise;
  }

  async #stop(): Promise<undefined> {
    await Promise.all([...this.servers.values()].map((server) => server.close()));
    // Processes first: they must not see the owner go and write about it into directories that are being removed.
    const swept = this.fleet === undefined || (await sweepProcesses(this.fleet.sandboxId));
    await this.beacon?.close();
    this.warden?.dismiss();
    if (this.fleet) removeFiles(this.fleet);
    if (!swept) {
      throw new PrecedeError('SANDBOX_NOT_ENDED', { message: 'Some processes of the sandbox could not be killed.' });
    }
    return undefined;
  }
}

async function start(options: ResolvedOptions, parts: SandboxParts): Promise<Sandbox> {
  const fleet = await claimAddresses(options, parts);
  const { dir, sandboxId, token } = fleet;
  const { owner } = fleet.addresses;
  parts.warden = startWarden(sandboxId, options.temporary ? dir : undefined);
  recordSandbox(dir, { state: 'running', sandboxId, token, owner, pid: process.pid });
  const content = observerPackage(options.release, observerLauncher());
  const access = accessOf(fleet, [publishPackage(fleet, content)]);
  writeAccessFiles(fleet, access);
  await Promise.all(hostIdsOf(options).map((id) => startHost(fleet, id, parts)));
  const members = membersOf(fleet);
  for (const member of members) makeMemberFiles(member, content);
  const [root] = members;
  if (root) writeClusterState(root, clusterStateOf(fleet, Date.now()));
  await Promise.all(members.map(startMember));
  await untilServing(members);
  recordSandbox(dir, { state: 'running', sandboxId, token, owner, pid: process.pid, access });
  const stop = async (): Promise<void> => {
    await parts.stop();
  };
  return { access, hosts: access.hosts, stopped: parts.stopped, stop, [Symbol.asyncDispose]: stop };
}

/** Draws addresses until nobody else has them; from then on they are this sandbox's. */
async function claimAddresses(options: ResolvedOptions, parts: SandboxParts): Promise<Fleet> {
  const mode = options.addresses ?? (await detectAddressMode());
  const ids = hostIdsOf(options);
  const secrets = {
    sandboxId: randomBytes(12).toString('hex'),
    token: randomBytes(24).toString('hex'),
    password: randomBytes(18).toString('base64url'),
    clientKey: newKeyPair('precede-sandbox'),
    hostKeys: new Map(ids.map((id) => [id, newKeyPair(`sandbox-host-${id}`)])),
  };
  for (let attempt = 1; attempt <= claimsMax; attempt += 1) {
    const addresses = await newAddressPlan(mode, ids);
    const fleet: Fleet = { ...secrets, dir: options.dir, options, addresses };
    parts.fleet = fleet;
    try {
      parts.beacon = await openBeacon(fleet, parts);
      return fleet;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
  throw new PrecedeError('NO_ADDRESSES', { message: `No free loopback addresses after ${claimsMax} attempts.` });
}

function openBeacon(fleet: Fleet, parts: SandboxParts): Promise<OwnerBeacon> {
  const { token, addresses, dir } = fleet;
  return openOwnerBeacon(
    { address: addresses.owner, token, fifo: sandboxPaths(dir).ownerFifo },
    {
      onInstalling: (hostId) => parts.servers.get(hostId)?.onInstalling(),
      onStartObserver: (asked) => startDaemon({ ...asked, env: { ...asked.env, [sandboxVariable]: fleet.sandboxId } }),
      onStop: () => {
        // Whoever awaits `stopped` is told of a failure.
        parts.stop().catch(() => undefined);
      },
    },
  );
}

async function startHost(fleet: Fleet, id: number, parts: SandboxParts): Promise<void> {
  const paths = hostPaths(fleet.dir, id);
  const config = hostConfigOf(fleet, id);
  makeHostFiles(paths, config, sandboxPaths(fleet.dir).ownerFifo);
  const hostKey = fleet.hostKeys.get(id) ?? newKeyPair('');
  const { sshPort } = fleet.addresses.host(id);
  parts.servers.set(id, await startHostServer({ config, paths, sshPort, hostKey, clientKey: fleet.clientKey }));
}

function membersOf(fleet: Fleet): readonly Member[] {
  return fleet.options.members.map(({ id, zone }) => {
    const paths = hostPaths(fleet.dir, id);
    return { config: hostConfigOf(fleet, id), paths, zone, env: hostEnvironment(paths, fleet.sandboxId) };
  });
}

/** Waits until the root server has a start-of-service time for every member that can ever have one. */
async function untilServing(members: readonly Member[]): Promise<void> {
  const [root] = members;
  if (!root) return;
  const { ip, rpcPort } = root.config.cluster.rootServer;
  const expected = members.filter(({ config }) => !faultOf(config.faults, 'never-active')).length;
  const deadlineMs = performance.now() + readyTimeoutMs;
  while (performance.now() < deadlineMs) {
    const { count } = await askOnce({ host: ip, port: rpcPort, timeoutMs: readyTimeoutMs, message: { op: 'serving' } });
    if (typeof count === 'number' && count >= expected) return;
    await delay(readyPollMs);
  }
  throw new PrecedeError('MEMBER_NOT_STARTED', {
    message: `The sandbox's members did not serve within ${readyTimeoutMs} ms.`,
  });
}

function publishPackage({ dir, options }: Fleet, content: PackageContent): SandboxPackage {
  const { packagesDir } = sandboxPaths(dir);
  mkdirSync(packagesDir, { recursive: true });
  const fileName = `${fullName(content)}.rpm`;
  const path = join(packagesDir, fileName);
  const { size, sha256 } = writePackageFile(path, content);
  breakPackage(path, options.faults);
  const { operatingSystem } = options.release;
  const version = `${content.version}-${content.release}`;
  return {
    name: content.name,
    fileName,
    path,
    sha256,
    size,
    version,
    operatingSystem,
    architecture: content.architecture,
  };
}

/** The faults of the package repository: the access description still says what should be there. */
function breakPackage(path: string, faults: readonly SandboxFault[]): void {
  const ofCluster = faults.filter((fault) => 'cluster' in fault);
  if (faultOf(ofCluster, 'package-missing')) rmSync(path);
  if (!faultOf(ofCluster, 'package-corrupt')) return;
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

function writeAccessFiles({ dir, clientKey, password }: Fleet, access: SandboxAccess): void {
  const paths = sandboxPaths(dir);
  writeFileSync(paths.keyFile, clientKey.privateKey, { mode: 0o600 });
  writeFileSync(paths.passwordFile, password, { mode: 0o600 });
  writeFileSync(paths.knownHostsFile, knownHostsOf(access.hosts), { mode: 0o600 });
  writeFileSync(paths.sqlLog, '', { mode: 0o600 });
}

function removeFiles({ dir, options, sandboxId, token, addresses }: Fleet): void {
  if (options.temporary) {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    return;
  }
  removeRemains(dir);
  recordSandbox(dir, { state: 'ended', sandboxId, token, owner: addresses.owner, pid: process.pid });
}
