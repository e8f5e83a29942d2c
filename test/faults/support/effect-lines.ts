import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * The effects of a run of the workflow of effects, as they should be however often its processes were killed: what has a
 * check exactly once; what goes out under its step token at least once, and always under the same.
 */
export function requireEffectsOnce(file: string, lanes: number, kinds: { once: string; sent: string }): void {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const names = Array.from({ length: lanes }, (_, lane) => String(lane));
  const once = lines.filter((line) => line.startsWith(`${kinds.once} `));
  expect(once.toSorted()).toEqual(names.map((name) => `${kinds.once} ${name}`));
  const sent = new Set(lines.filter((line) => line.startsWith(`${kinds.sent} `)));
  expect([...sent].map((line) => line.split(' ')[1]).toSorted()).toEqual(names);
}
