/** Whether a zone takes a new operation. */
export type ZoneStatus =
  'RUNNING' | 'STOPPED' | 'STARTING' | 'STOPPING' | 'RESTARTING' | 'CREATING' | 'DELETING' | 'OPERATING';

/** One zone of a cluster. */
export interface ZoneRecord {
  readonly clusterId: number;
  readonly name: string;
  readonly idcId: number | null;
  readonly idcName: string | null;
  readonly regionName: string | null;
  readonly status: ZoneStatus;
  /** What it was before a run made it OPERATING; null while none does. */
  readonly formerStatus: ZoneStatus | null;
  /** As the cluster sees it: ACTIVE or INACTIVE. */
  readonly innerStatus: string;
  readonly operateStatus: string;
  readonly compactionStatus: string | null;
}
