import type { RunContext } from '../workflow/index.ts';
import { javaMapOrder } from './java-map-order.ts';

/** A run's own context is not parallel. */
const notParallel = -1;

/**
 * A run's context, or that of one of its tasks, as the seed's shape prints it: `Context(parallelIdx=-1, stringMap={k=v, …}, listMap={k=[a, b], …})`,
 * map entries in Java's order. Display text: nothing is quoted, so it cannot be read back. O(entries).
 */
export function contextText({ stringMap, listMap }: RunContext, parallelIdx = notParallel): string {
  const strings = javaMapOrder(Object.entries(stringMap)).map(([key, value]) => `${key}=${value}`);
  const lists = javaMapOrder(Object.entries(listMap)).map(([key, items]) => `${key}=[${items.join(', ')}]`);
  return `Context(parallelIdx=${parallelIdx}, stringMap={${strings.join(', ')}}, listMap={${lists.join(', ')}})`;
}

/** A run's context as the later shapes print it. */
export interface OcpContext {
  readonly listMap: Readonly<Record<string, readonly string[]>>;
  /** Whether `parallelIdx` is not -1. */
  readonly parallel: boolean;
  readonly parallelIdx: number;
  readonly stringMap: Readonly<Record<string, string>>;
}

/** The same context as an object; map entries in Java's order as far as JavaScript keeps one: not for keys such as `10`. */
export function contextObject({ stringMap, listMap }: RunContext): OcpContext {
  return {
    listMap: Object.fromEntries(javaMapOrder(Object.entries(listMap))),
    parallel: false,
    parallelIdx: notParallel,
    stringMap: Object.fromEntries(javaMapOrder(Object.entries(stringMap))),
  };
}
