/** One fact of a task: what it is about, and what it says. */
export type Fact = readonly [label: string, text: string];

/** What a task would do: a command or SQL with its host, or a note. */
export interface PageStep {
  readonly kind: string;
  readonly host?: string;
  readonly text: string;
}

/** Some of a list, and how many it has in all. */
export interface Excerpt {
  readonly tasks: readonly number[];
  readonly count: number;
}

/** What the page knows of one task. All texts are as they are shown; the page's script makes text nodes of them. */
export interface PageTask {
  readonly number: number;
  readonly name: string;
  readonly lane?: string;
  readonly description?: string;
  /** What the task list can be narrowed down to: its state, `critical path`, what a dry run found. */
  readonly tags: readonly string[];
  readonly facts: readonly Fact[];
  readonly upstreams: Excerpt;
  readonly downstreams: Excerpt;
  readonly error?: string;
  readonly output?: string;
  readonly unknown?: string;
  readonly steps?: readonly PageStep[];
  /** How many steps there are, when they are not all here. */
  readonly stepCount?: number;
}

/** What the page knows of a step over many lanes, which is one box. */
export interface PageGroup {
  readonly id: number;
  readonly name: string;
  readonly facts: readonly Fact[];
  readonly tasks: Excerpt;
}

/** What the page's script reads: JSON in a block of its own. */
export interface PageData {
  readonly tasks: readonly PageTask[];
  readonly groups: readonly PageGroup[];
}
