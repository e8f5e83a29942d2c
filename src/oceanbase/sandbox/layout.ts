import { join } from 'node:path';

/** Where things of one host stand. All paths are absolute; those under `rootPath` imitate the host's own root. */
export interface HostPaths {
  /** D/hosts/<id>: the host's place in the sandbox. */
  readonly hostDir: string;
  readonly rootPath: string;
  /** $HOME of the login user, and the directory in which every command starts. */
  readonly userHome: string;
  /** Where OceanBase gets installed: <root>/home/admin/oceanbase. */
  readonly homePath: string;
  /** The data mount: <root>/data/1. */
  readonly dataPath: string;
  /** The log mount: <root>/data/log1. */
  readonly logPath: string;
  /** The OCP agent: <root>/home/admin/ocp_agent. */
  readonly agentPath: string;
  /** First on the host's PATH: the stand-in commands. */
  readonly binPath: string;
  readonly tmpPath: string;
  /** One file a package that is installed. */
  readonly packageDatabasePath: string;
  readonly configFile: string;
  readonly hostKeyFile: string;
  readonly commandsLog: string;
}

/** The paths of host `id` in the sandbox directory `dir` (absolute). */
export function hostPaths(dir: string, id: number): HostPaths {
  const hostDir = join(dir, 'hosts', String(id));
  const rootPath = join(hostDir, 'root');
  const userHome = join(rootPath, 'home', 'admin');
  return {
    hostDir,
    rootPath,
    userHome,
    homePath: join(userHome, 'oceanbase'),
    dataPath: join(rootPath, 'data', '1'),
    logPath: join(rootPath, 'data', 'log1'),
    agentPath: join(userHome, 'ocp_agent'),
    binPath: join(hostDir, 'bin'),
    tmpPath: join(rootPath, 'tmp'),
    packageDatabasePath: join(rootPath, 'var', 'lib', 'rpm'),
    configFile: join(hostDir, 'host.json'),
    hostKeyFile: join(hostDir, 'host_key'),
    commandsLog: join(hostDir, 'commands.log'),
  };
}

/** Where the things stand that a sandbox has once. */
export interface SandboxPaths {
  readonly accessFile: string;
  readonly hostsDir: string;
  readonly packagesDir: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  readonly passwordFile: string;
  readonly sqlLog: string;
  /** Held open by the owner: whoever reads it is woken by the owner's end. */
  readonly ownerFifo: string;
  readonly keeperLog: string;
}

/** The paths of the sandbox directory `dir` (absolute). */
export function sandboxPaths(dir: string): SandboxPaths {
  return {
    accessFile: join(dir, 'sandbox.json'),
    hostsDir: join(dir, 'hosts'),
    packagesDir: join(dir, 'packages'),
    keyFile: join(dir, 'client_key'),
    knownHostsFile: join(dir, 'known_hosts'),
    passwordFile: join(dir, 'sql_password'),
    sqlLog: join(dir, 'sql.log'),
    ownerFifo: join(dir, 'owner.fifo'),
    keeperLog: join(dir, 'keeper.log'),
  };
}
