/** What a host must have before a server is put on it. A host below `min` is refused, below `recommended` warned about. */
export interface HostRequirements {
  readonly homeBytesMin: number;
  readonly dataBytesMin: number;
  readonly logBytesMin: number;
  readonly memoryBytesMin: number;
  readonly openFilesMin: number;
  readonly openFilesRecommended: number;
  readonly processesMin: number;
  readonly processesRecommended: number;
  /** In KiB; an unlimited stack is recommended. */
  readonly stackKibMin: number;
  readonly aioRequestsMin: number;
  readonly aioRequestsRecommended: number;
  /** The host's clock must differ from ours by less, in milliseconds. */
  readonly clockDifferenceMaxMs: number;
}

const gib = 1024 ** 3;

/** The numbers of OceanBase's manual for one observer a host. */
export const documentedHostRequirements: HostRequirements = Object.freeze({
  homeBytesMin: 10 * gib,
  dataBytesMin: 50 * gib,
  logBytesMin: 50 * gib,
  memoryBytesMin: 8 * gib,
  openFilesMin: 20_000,
  openFilesRecommended: 655_350,
  processesMin: 4_096,
  processesRecommended: 655_350,
  stackKibMin: 1_024,
  aioRequestsMin: 20_000,
  aioRequestsRecommended: 1_048_576,
  clockDifferenceMaxMs: 100,
});

/**
 * What a stand-in observer needs, which keeps next to nothing: the manual's numbers where stand-ins answer for the host,
 * less where the machine under it does.
 */
export const standInHostRequirements: HostRequirements = Object.freeze({
  homeBytesMin: 1024 ** 2,
  dataBytesMin: 1024 ** 2,
  logBytesMin: 1024 ** 2,
  memoryBytesMin: 64 * 1024 ** 2,
  openFilesMin: 256,
  openFilesRecommended: 256,
  processesMin: 64,
  processesRecommended: 64,
  stackKibMin: 1_024,
  aioRequestsMin: 20_000,
  aioRequestsRecommended: 1_048_576,
  clockDifferenceMaxMs: 100,
});
