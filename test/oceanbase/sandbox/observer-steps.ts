import type { Client } from 'ssh2';
import type { Sandbox, SandboxHost } from '../../../src/oceanbase/sandbox/index.ts';
import { execute, type Executed } from './clients.ts';

/** Installs the sandbox's package on a host. */
export function install({ access }: Sandbox, host: SandboxHost, client: Client): Promise<Executed> {
  return execute(client, `rpm -ivh --prefix '${host.homePath}' '${access.packages[0]?.path ?? ''}'`);
}

/** Where the observer of a host keeps its store. */
export function storeOf({ access }: Sandbox, host: SandboxHost): string {
  return `${host.homePath}/store/${access.cluster.name}`;
}

/** Makes the directories of ocp.md 8.1. */
export function makeDirectories(sandbox: Sandbox, host: SandboxHost, client: Client): Promise<Executed> {
  const store = storeOf(sandbox, host);
  const data = `${host.dataPath}/${sandbox.access.cluster.name}`;
  const log = `${host.logPath}/${sandbox.access.cluster.name}`;
  return execute(
    client,
    `mkdir -p ${store} ${data}/sstable ${data}/slog ${data}/etc3 ${log}/clog ${log}/etc2 &&` +
      ` ln -s ${data}/* ${log}/* ${store}/`,
  );
}

/** The flags of a first start. */
export function flagsOf(sandbox: Sandbox, host: SandboxHost, zone = 'zone2'): string {
  const { cluster } = sandbox.access;
  const root = cluster.servers[0];
  const rootServers = `${root?.ip}:${root?.port}:${root?.sqlPort}`;
  return (
    `-I ${host.ip} -p ${host.sqlPort} -P ${host.rpcPort} -z ${zone} -d ${storeOf(sandbox, host)}` +
    ` -r '${rootServers}' -c ${cluster.obClusterId} -n ${cluster.name} -o 'memory_limit=6G,system_memory=1G'`
  );
}

/** Starts bin/observer in its home. */
export function startObserver(host: SandboxHost, client: Client, flags = ''): Promise<Executed> {
  return execute(client, `cd '${host.homePath}' && bin/observer ${flags}`);
}

/** Everything that comes before ADD SERVER. */
export async function prepare(sandbox: Sandbox, host: SandboxHost, client: Client, zone = 'zone2'): Promise<void> {
  const steps = [
    await install(sandbox, host, client),
    await makeDirectories(sandbox, host, client),
    await startObserver(host, client, flagsOf(sandbox, host, zone)),
  ];
  const failed = steps.find(({ code }) => code !== 0);
  if (failed) throw new Error(failed.stderr);
}

/** The number in the observer's pid file. */
export async function observerPid(host: SandboxHost, client: Client): Promise<number> {
  const { stdout } = await execute(client, `cat '${host.homePath}/run/observer.pid'`);
  return Number(stdout);
}
