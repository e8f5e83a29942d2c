import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { tellFigures } from './support/figures.ts';
import { isPossible } from './support/needs.ts';
import { journals, missing, Orchestrator } from './support/spawn-orchestrator.ts';

const testTimeoutMs = 120_000;
const hour = 3_600;
const day = 24 * hour;
/** By how many seconds the wall clock is off, one after the other. */
const jumps: readonly (readonly [name: string, offsets: readonly number[]])[] = [
  ['an hour back', [0, -hour]],
  ['a day ahead', [0, day]],
  ['thirty days ahead and home again', [0, 30 * day, 0]],
  ['to 1970', [0, 1_000 - Math.floor(Date.now() / 1_000)]],
  ['to and fro', [0, -hour, day, -day, hour, -30 * day, 0, -hour, hour, 0]],
];
const pauseMs = 300;

const base = mkdtempSync(join(tmpdir(), 'precede-clock-'));
const children: Orchestrator[] = [];
afterAll(() => {
  for (const { child } of children) child.kill('SIGKILL');
  rmSync(base, { recursive: true, force: true });
});

function library(): string | undefined {
  const places = ['/usr/lib', `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`];
  return places
    .map((place) => join(place, 'faketime'))
    .flatMap((place) => entries(place).map((name) => join(place, name)))
    .find((file) => file.endsWith('libfaketime.so.1'));
}

function entries(place: string): readonly string[] {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
}

const preload = library();

/** Jumps while the orchestrator runs; the clock of this process, and of whoever looks on, is left alone. */
async function underJumps(name: string, offsets: readonly number[]) {
  const place = join(base, name.replaceAll(' ', '-'));
  const [file, effects, clock] = ['store.db', 'effects', 'clock'].map((part) => join(place, part)) as [
    string,
    string,
    string,
  ];
  mkdirSync(effects, { recursive: true });
  const set = (seconds: number): void => writeFileSync(clock, seconds < 0 ? `${seconds}` : `+${seconds}`);
  set(0);
  const faked = { FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  const lease = { PRECEDE_LEASE_MS: '1000' };
  const env = { ...faked, ...lease, LD_PRELOAD: preload ?? '' };
  const live = new Orchestrator({ role: 'measure', file, effects, runs: 2, env });
  children.push(live);
  await live.until('told 2 3');
  const onlooker = new Orchestrator({ role: 'watch', file, effects, env: lease });
  children.push(onlooker);
  await onlooker.until('watching');
  for (const offset of offsets) {
    set(offset);
    await delay(pauseMs);
  }
  const code = await live.ended;
  onlooker.child.kill('SIGKILL');
  await onlooker.ended;
  return { file, live, onlooker, code };
}

/** By how much waits were too short or too long, as parts of what they were to be. */
function deviations(lines: readonly string[]): readonly number[] {
  return lines.map((line) => {
    const [, , due, was] = line.split(' ');
    return Number(was) / Number(due) - 1;
  });
}

const lacking = preload === undefined ? 'there is no libfaketime' : undefined;

describe.skipIf(!isPossible('jumps of the wall clock', lacking))('a wall clock that jumps', () => {
  let passed = 0;
  let farthest = 0;

  afterAll(() => {
    const details = `waits were off by at most ${(100 * farthest).toFixed(1)} %`;
    tellFigures({ name: 'jumps of the wall clock', passed, failed: jumps.length - passed, details });
  });

  it.for(jumps)('%s', { timeout: testTimeoutMs }, async ([name, offsets]) => {
    const { file, live, onlooker, code } = await underJumps(name, offsets);
    expect(live.stderr).toBe('');
    expect(code).toBe(0);
    expect(onlooker.lines).toEqual(['watching']);

    const off = deviations(live.told('measured'));
    expect(off).toHaveLength(8);
    farthest = Math.max(farthest, ...off.map(Math.abs));
    expect(Math.min(...off)).toBeGreaterThan(-0.01);
    expect(Math.max(...off)).toBeLessThan(0.1);

    const found = await journals(file);
    expect(missing(live.told('told'), found)).toEqual([]);
    for (const [, { state, events }] of found) {
      expect(state).toBe('SUCCESS');
      const times = events.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
    passed += 1;
  });
});
