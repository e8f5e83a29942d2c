/** Everything that an outside client needs to reach a sandbox; plain data, printed by the command line as JSON. */
export interface SandboxAccess {
  /** The sandbox's directory, absolute. */
  readonly dir: string;
  /** The process that owns it; it ends when this does. */
  readonly pid: number;
  /** Says plainly what this is and what it does not model. */
  readonly standIn: string;
  readonly obVersion: string;
  /** First the hosts to add (ids from 1), then the members (ids from 101). */
  readonly hosts: readonly SandboxHost[];
  /** The root server. */
  readonly sql: SqlAccess;
  /** What the root server was asked, a JSON line each. */
  readonly sqlLog: string;
  readonly cluster: SandboxCluster;
  readonly packages: readonly SandboxPackage[];
}

/** One stand-in host. All paths are absolute and valid in commands sent to the host. */
export interface SandboxHost {
  readonly id: number;
  readonly name: string;
  /** `free`: may be added. `member`: runs an observer of the cluster already. */
  readonly role: 'free' | 'member';
  /** The zone of a member. */
  readonly zone?: string;
  readonly ip: string;
  readonly ssh: SshAccess;
  readonly sqlPort: number;
  readonly rpcPort: number;
  /** Stands for /home/admin/oceanbase. */
  readonly homePath: string;
  /** Stands for /data/1. */
  readonly dataPath: string;
  /** Stands for /data/log1. */
  readonly logPath: string;
  /** Stands for /home/admin/ocp_agent; bin/ocp_agentctl is in it. */
  readonly agentPath: string;
  /** Stands for /. */
  readonly rootPath: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  /** The commands that the host was sent, a JSON line each. */
  readonly commandsLog: string;
}

/** How to log in to a host. */
export interface SshAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A private key in OpenSSH's format, readable by its owner only. */
  readonly keyFile: string;
  /** The host's public key in one line: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** All host keys of the sandbox, as `ssh -o UserKnownHostsFile=` reads them. */
  readonly knownHostsFile: string;
}

/** How to log in to the database. */
export interface SqlAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Holds the password and nothing else. */
  readonly passwordFile: string;
}

/** The cluster as an inventory begins with it. */
export interface SandboxCluster {
  /** The number by which Precede knows it. */
  readonly id: number;
  readonly name: string;
  /** The number by which the database knows itself. */
  readonly obClusterId: number;
  readonly obVersion: string;
  readonly zones: readonly { readonly name: string; readonly region: string; readonly idc: string }[];
  readonly servers: readonly {
    readonly id: number;
    readonly hostId: number;
    readonly zone: string;
    readonly ip: string;
    /** The RPC port. */
    readonly port: number;
    readonly sqlPort: number;
  }[];
}

/** A package that every host can read at `path`, as from a shared package repository that is mounted there. */
export interface SandboxPackage {
  readonly name: string;
  readonly fileName: string;
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  readonly version: string;
  readonly operatingSystem: string;
  readonly architecture: string;
}
