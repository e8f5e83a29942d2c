import type { Clock, Engine, Logger } from '../run/index.ts';
import type { Store } from '../store/index.ts';
import type { Workflow } from '../workflow/index.ts';

/** How many requests one address may send: `max` in each window of `windowMs`; Infinity for as many as it likes. */
export interface RequestLimit {
  readonly max: number;
  readonly windowMs: number;
}

/** What `createServer` is given. */
export interface ServerOptions {
  readonly engine: Engine;
  /** The engine's store: it keeps users, the inventory and the runs' logs too. */
  readonly store: Store;
  /** The workflows that requests may start. */
  readonly workflows: {
    /** What POST /api/v2/ob/clusters/{id}/servers starts; takes what the request says and `clusterId`. */
    readonly addObServer: Workflow;
  };
  /** Where another process, such as the command line, finds these workflows again; see `workflowSource` of a start. */
  readonly sources?: { readonly addObServer?: string };
  /** The file under whose key the secret keys of access keys are sealed. Without it only Basic logins are accepted. */
  readonly keyFile?: string;
  /** Names by which the server may be called, besides addresses, `localhost` and the machine's own name. @default none */
  readonly allowedHosts?: readonly string[];
  /** @default 1,000 requests in 10 seconds an address */
  readonly requestLimit?: RequestLimit;
  /** Certificate and key in PEM; without them the server speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Why requests cannot be answered yet; undefined when they can. @default always can */
  readonly notReadyBecause?: () => string | undefined;
  /** What answers call this server. @default the machine's name */
  readonly serverName?: string;
  /** @default silent */
  readonly logger?: Logger;
  /** @default the system's */
  readonly clock?: Clock;
}
