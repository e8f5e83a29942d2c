/** A software package that can be put on hosts. */
export interface PackageRecord {
  readonly id: number;
  /** What the package calls itself: `oceanbase-ce`. */
  readonly name: string;
  /** `oceanbase-ce-4.3.5.1-101000042024123456.el7.x86_64.rpm`. */
  readonly fileName: string;
  readonly extension: string;
  /** The absolute path of the file on this machine, and perhaps on hosts; null when it is at `downloadUrl` only. */
  readonly path: string | null;
  /** In bytes; null while unknown. */
  readonly size: number | null;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sha1: string | null;
  /** Where hosts, or else this machine, fetch it over http(s). */
  readonly downloadUrl: string | null;
  readonly type: string;
  readonly version: string;
  readonly buildNumber: string;
  /** `el7`, say. */
  readonly operatingSystem: string;
  /** As `uname -m` prints it. */
  readonly architecture: string;
  readonly deletable: boolean;
}

/** The name under which the package database of a host knows it: the file name without its extension. */
export function installedName({ fileName }: Pick<PackageRecord, 'fileName'>): string {
  return fileName.replace(/\.rpm$/, '');
}
