import { secretMask } from '../secrets/index.ts';
import type { RunContext } from '../workflow/index.ts';
import { contextText } from './context-text.ts';

/** A key is one that hides its value when one of its words is one of these. */
const secretWords = new Set(['password', 'passwd', 'pwd', 'secret', 'key', 'token', 'config']);
const secretBeginnings = /^(?:credentials?|storages?)/i;

/** What OCP's engine adds to the context of a subtask before it starts it. */
export interface InjectedKeys {
  readonly task_instance_id: string;
  readonly latest_execution_start_time: string;
  readonly task_operation: string;
  readonly sub_task_instance_id: string;
}

export interface AttemptContext {
  /** A text is what another engine printed; nothing is taken from it. */
  readonly context: RunContext | string;
  readonly injected: InjectedKeys;
  /** Position of the fan-out's item; -1 outside fan-outs. */
  readonly parallelIdx: number;
}

/**
 * The context that an attempt starts with, as OCP's log prints it: with the injected keys, and without the values of keys
 * that are called password, secret, key, token or config (as a word of the name), or begin with credentials or storage.
 * O(entries).
 */
export function attemptContextText({ context, injected, parallelIdx }: AttemptContext): string {
  const { stringMap, listMap } = typeof context === 'string' ? { stringMap: {}, listMap: {} } : context;
  const strings = masked({ ...stringMap, ...injected }, () => secretMask);
  const lists = masked(listMap, (items) => items.map(() => secretMask));
  return contextText({ stringMap: strings, listMap: lists }, parallelIdx);
}

function masked<Value>(
  map: Readonly<Record<string, Value>>,
  mask: (value: Value) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, isSecret(key) ? mask(value) : value]));
}

function isSecret(key: string): boolean {
  if (secretBeginnings.test(key)) return true;
  const words = key.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').split(/[^A-Za-z\d]+/);
  return words.some((word) => secretWords.has(word.toLowerCase()));
}
