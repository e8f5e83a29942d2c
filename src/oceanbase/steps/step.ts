import type { CheckAnswer, CheckContext, PreviewStep, TaskContext } from '../../workflow/index.ts';

/** A server that is to stand on a host, in a zone of a cluster. */
export interface ServerToAdd {
  readonly clusterId: number;
  readonly zoneName: string;
  readonly hostId: number;
  /** @default the one that fits the host */
  readonly packageOperatingSystem?: string | undefined;
  /** Given to the observer's first start, after the ones that it always gets. */
  readonly startupParameters: readonly StartupParameter[];
}

/** A parameter of the observer, such as `memory_limit`. */
export interface StartupParameter {
  readonly name: string;
  readonly value: string;
}

/** What a step adds to a task: everything but its name and its upstreams. Spread it into the task's options. */
export interface Step<Output = unknown> {
  readonly check?: (context: CheckContext) => Promise<CheckAnswer<Output>>;
  readonly run: (context: TaskContext) => Promise<Output>;
  readonly undo?: (context: TaskContext) => Promise<void>;
  readonly preview: (context: CheckContext) => Promise<readonly PreviewStep[]>;
  /** Whether it may be sent again when nobody knows how it ended: its effects are looked for first, or have a token. */
  readonly repeatable: boolean;
  /** Ends and forgets what it has sent with a token. */
  readonly end?: (context: TaskContext) => Promise<void>;
  readonly timeoutMs: number;
  readonly estimateMs: number;
  readonly limits?: readonly string[];
}

/** A step that is done once for every server. */
export type ServerStep = (server: ServerToAdd) => Step;

/** The limit that every step on a host holds a place of: by default one step a host at a time. */
export function hostLimit({ hostId }: Pick<ServerToAdd, 'hostId'>): readonly string[] {
  return [`host:${hostId}`];
}
