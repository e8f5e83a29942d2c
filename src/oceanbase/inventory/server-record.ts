import type { ProcessStart } from '../process-start.ts';

/** What is known of a server. UNAVAILABLE: a run was to bring it up and did not. */
export type ServerStatus =
  | 'CREATING'
  | 'RUNNING'
  | 'STOPPING'
  | 'STOPPED'
  | 'STARTING'
  | 'RESTARTING'
  | 'DELETING'
  | 'UNAVAILABLE'
  | 'OPERATING'
  | 'DELETED';

/** One server of a cluster. The row stands from the moment a run is to add it. */
export interface ServerRecord {
  readonly id: number;
  readonly clusterId: number;
  readonly zoneName: string;
  readonly hostId: number;
  readonly ip: string;
  readonly sqlPort: number;
  readonly rpcPort: number;
  readonly version: string;
  readonly withRootServer: boolean;
  readonly status: ServerStatus;
  readonly formerStatus: ServerStatus | null;
  /** As the cluster sees it: ACTIVE, INACTIVE or DELETING; null before it does. */
  readonly innerStatus: string | null;
  /** When it began to serve, as the cluster prints it. */
  readonly startTime: string | null;
  /** When an operator stopped it, as the cluster prints it. */
  readonly stopTime: string | null;
  readonly availableOperations: readonly string[];
  /** Epoch milliseconds. */
  readonly updateTimeMs: number;
  /** The run that adds it or has added it; null for a server that was there before. */
  readonly runId: number | null;
  readonly effects: ServerEffects;
}

/**
 * What the run is about to change, or has changed, on the way to this server: written before the change is made.
 * Undo reverses these and nothing else, so what was there before the run is left alone, even after a crash.
 */
export interface ServerEffects {
  /** The full name of the package that the run installs. */
  readonly packageName: string | null;
  /** Directories and links that the run makes, in the order of making. */
  readonly paths: readonly string[];
  /** Whether the run starts the process. */
  readonly process: boolean;
  /** The first start of the process, before the restart. */
  readonly firstStart: ProcessStart | null;
  /** The start-of-service time that the cluster showed before the restart. */
  readonly serviceTimeBeforeRestart: string | null;
  /** Whether the run adds the server to the cluster. */
  readonly membership: boolean;
  /** Whether the run starts the agent. */
  readonly agent: boolean;
  /** Steps whose undo found that the run had changed nothing: what is there was there before. */
  readonly left: readonly string[];
}

/** Nothing changed yet. */
export const noEffects: ServerEffects = Object.freeze({
  packageName: null,
  paths: Object.freeze([]),
  process: false,
  firstStart: null,
  serviceTimeBeforeRestart: null,
  membership: false,
  agent: false,
  left: Object.freeze([]),
});
