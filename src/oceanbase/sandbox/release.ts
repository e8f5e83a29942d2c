/** What a sandbox imitates of one version of OceanBase. */
export interface Release {
  /** As an inventory names it. */
  readonly obVersion: string;
  /** `2x`: __all_server, -i only, ilog. `4x`: DBA_OB_SERVERS, -I or -i. */
  readonly line: '2x' | '4x';
  readonly packageName: string;
  readonly packageRelease: string;
  readonly operatingSystem: string;
  readonly buildVersion: string;
  /** As the SQL port greets and VERSION() answers. */
  readonly serverVersion: string;
  /** Where an observer writes to, below its cluster's directory on either disk. */
  readonly directories: { readonly data: readonly string[]; readonly log: readonly string[] };
  /** Those of them without which an observer does not start. */
  readonly needed: readonly string[];
}

const of2x = {
  line: '2x',
  operatingSystem: 'el7',
  directories: { data: ['sstable', 'slog', 'sort_dir', 'etc3'], log: ['clog', 'ilog', 'oob_clog', 'etc2'] },
  needed: ['sstable', 'clog', 'ilog', 'slog'],
} as const;

const of4x = {
  line: '4x',
  operatingSystem: 'el7',
  directories: { data: ['sstable', 'slog', 'etc3'], log: ['clog', 'etc2'] },
  needed: ['sstable', 'clog', 'slog'],
} as const;

const noCommit = '0'.repeat(40);

/** Every version that a sandbox can imitate, by the name under which it is asked for. */
export const releases = Object.freeze({
  '2.2.75': {
    ...of2x,
    obVersion: '2.2.75',
    packageName: 'oceanbase',
    packageRelease: '20210108170301.el7',
    buildVersion: `2.2.75_20210108170301-${noCommit}(stand-in)`,
    serverVersion: '5.6.25-OceanBase-v2.2.75',
  },
  '3.1.5': {
    ...of2x,
    obVersion: '3.1.5',
    packageName: 'oceanbase-ce',
    packageRelease: '100000252023041721.el7',
    buildVersion: `3.1.5_100000252023041721-${noCommit}(stand-in)`,
    serverVersion: '5.7.25-OceanBase-v3.1.5',
  },
  '4.3.5': {
    ...of4x,
    obVersion: '4.3.5.1',
    packageName: 'oceanbase-ce',
    packageRelease: '101000042024123456.el7',
    buildVersion: `4.3.5.1_101000042024123456-${noCommit}(stand-in)`,
    serverVersion: '5.7.25-OceanBase_CE-v4.3.5.1',
  },
} as const satisfies Record<string, Release>);

/** A version that a sandbox can imitate. */
export type SandboxVersion = keyof typeof releases;

/** The versions that a sandbox can imitate. */
export const sandboxVersions = Object.freeze(Object.keys(releases) as SandboxVersion[]);

/** The network device that every stand-in host has. */
export const standInDevice = 'eth0';

/** Whether a sandbox can imitate that version. */
export function isSandboxVersion(version: string): version is SandboxVersion {
  return Object.hasOwn(releases, version);
}
