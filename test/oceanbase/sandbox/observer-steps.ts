import type { Client } from 'ssh2';
import type { Sandbox, SandboxHost } from '../../../src/oceanbase/sandbox/index.ts';
import { execute, type Executed } from './clients.ts';

type Fleet = Pick<Sandbox, 'access'>;

/** Installs the sandbox's package on a host. */
export function install({ access }: Fleet, host: SandboxHost, client: Client): Promise<Executed> {
  return execute(client, `rpm -ivh --prefix ${quoted(host.homePath)} ${quoted(access.packages[0]?.path ?? '')}`);
}

/** Where the observer of a host keeps its store. */
export function storeOf({ access }: Fleet, host: SandboxHost): string {
  return `${host.homePath}/store/${access.cluster.name}`;
}

/** Makes the directories that an observer needs. */
export function makeDirectories(fleet: Fleet, host: SandboxHost, client: Client): Promise<Executed> {
  const { name } = fleet.access.cluster;
  const data = ['sstable', 'slog', 'etc3'].map((directory) => `${host.dataPath}/${name}/${directory}`);
  const log = ['clog', 'etc2'].map((directory) => `${host.logPath}/${name}/${directory}`);
  const store = quoted(storeOf(fleet, host));
  const targets = [...data, ...log].map(quoted).join(' ');
  return execute(client, `mkdir -p ${store} ${targets} && ln -s ${targets} ${store}/`);
}

/** The flags of a first start. */
export function flagsOf(fleet: Fleet, host: SandboxHost, zone = 'zone2'): string {
  const { cluster } = fleet.access;
  const root = cluster.servers[0];
  const rootServers = `${root?.ip}:${root?.port}:${root?.sqlPort}`;
  return (
    `-I ${host.ip} -p ${host.sqlPort} -P ${host.rpcPort} -z ${zone} -d ${quoted(storeOf(fleet, host))}` +
    ` -r '${rootServers}' -c ${cluster.obClusterId} -n ${cluster.name} -o 'memory_limit=6G,system_memory=1G'`
  );
}

/** Starts bin/observer in its home. */
export function startObserver(host: SandboxHost, client: Client, flags = ''): Promise<Executed> {
  return execute(client, `cd ${quoted(host.homePath)} && bin/observer ${flags}`);
}

/** Everything that comes before ADD SERVER. */
export async function prepare(fleet: Fleet, host: SandboxHost, client: Client): Promise<void> {
  const steps = [
    await install(fleet, host, client),
    await makeDirectories(fleet, host, client),
    await startObserver(host, client, flagsOf(fleet, host)),
  ];
  const failed = steps.find(({ code }) => code !== 0);
  if (failed) throw new Error(`A step ended with ${failed.code}: ${failed.stderr}`);
}

/** The number in the observer's pid file. */
export async function observerPid(host: SandboxHost, client: Client): Promise<number> {
  const { stdout } = await execute(client, `cat ${quoted(`${host.homePath}/run/observer.pid`)}`);
  return Number(stdout);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
