import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom, seedOfRun } from '../support/seeded-random.ts';
import { tellFigures } from './support/figures.ts';
import { isPossible, lackingProgram } from './support/needs.ts';
import { tasksPerRun } from './support/orchestrator-workflows.ts';
import { effectsIn, journals, missing, Orchestrator } from './support/spawn-orchestrator.ts';

const timeoutMs = 120_000;
const trials = Number(process.env['PRECEDE_INJECTED'] ?? 20);
const runs = 2;

/** What fails, and within how many calls of a whole program of these runs it is drawn. */
const kinds = [
  { calls: 'fsync,fdatasync', error: 'EIO', callsMax: 50 },
  { calls: 'pwrite64', error: 'EIO', callsMax: 350 },
  { calls: 'pwrite64', error: 'ENOSPC', callsMax: 350 },
] as const;

const seed = seedOfRun();
const random = seededRandom(seed);
const drawn = Array.from({ length: trials }, (_, number) => {
  const { calls, error, callsMax } = kinds[number % kinds.length] ?? kinds[0];
  return { calls, error, when: 1 + Math.floor(callsMax * random()) };
});

const base = mkdtempSync(join(tmpdir(), 'precede-sync-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** `+` makes every later call fail as well, as on a disk that is gone. */
function injected({ calls, error, when }: (typeof drawn)[number], number: number): readonly string[] {
  const from = number % 2 === 0 ? `${when}` : `${when}+`;
  const options = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`];
  return ['strace', ...options, '-e', `inject=${calls}:error=${error}:when=${from}`];
}

/**
 * Told after it was told that nothing can be written any more. That a run has begun may be: its start was acknowledged
 * before, and whoever started it hears of that in a turn of its own. That it is in the store is looked at below.
 */
function afterFailure(lines: readonly string[]): readonly string[] {
  const failedAt = lines.findIndex((line) => line.startsWith('health failed') || line.startsWith('failed'));
  if (failedAt === -1) return [];
  return lines.slice(failedAt).filter((line) => line.startsWith('told') && !line.includes(' run-started '));
}

const lacking = lackingProgram('strace', '-qq', '-o', '/dev/null', '-e', 'trace=none', 'true');

describe.skipIf(!isPossible('failing system calls', lacking))('a system call of the store that fails', () => {
  const ends = new Map<string, number>();
  let passed = 0;

  afterAll(() => {
    const how = Array.from(ends, ([end, count]) => `${count} ${end}`).join(', ');
    tellFigures({
      name: 'failing syncs and writes',
      passed,
      failed: trials - passed,
      details: `${how}; PRECEDE_SEED=${seed}`,
    });
  });

  it.for(drawn.map((trial, number) => [trial, number] as const))(
    '%o',
    { timeout: timeoutMs },
    async ([trial, number]) => {
      const place = join(base, String(number));
      const [file, effects] = [join(place, 'store.db'), join(place, 'effects')];
      mkdirSync(effects, { recursive: true });
      const first = new Orchestrator({ role: 'start', file, effects, runs, through: injected(trial, number) });
      // Of a disk that stays full it waits for ever.
      const waiting = first.until('health waiting').then(
        () => 'waiting',
        () => 'never',
      );
      if ((await Promise.race([waiting, first.ended])) === 'waiting' && number % 2 === 1) first.child.kill('SIGKILL');
      const code = await first.ended;
      expect(afterFailure(first.lines)).toEqual([]);
      // Unless it was told of a failure, it must have done all.
      const end = first.told('failed')[0] ?? (first.told('health waiting').length > 0 ? 'waited' : 'unharmed');
      ends.set(end, (ends.get(end) ?? 0) + 1);
      if (end.startsWith('failed')) expect(code).toBe(3);
      if (end === 'unharmed') expect(code).toBe(0);

      const next = new Orchestrator({ role: 'recover', file, effects });
      expect(await next.ended).toBe(0);
      expect(next.told('refused')).toEqual([]);
      const found = await journals(file);
      for (const [, { state }] of found) expect(state).toBe('SUCCESS');
      expect(missing([...first.told('told'), ...next.told('told')], found)).toEqual([]);
      expect(effectsIn(effects)).toEqual({ count: found.size * tasksPerRun, doubled: [] });
      passed += 1;
    },
  );
});
