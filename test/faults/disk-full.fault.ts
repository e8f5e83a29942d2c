import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { tellFigures } from './support/figures.ts';
import { isPossible } from './support/needs.ts';
import { tasksPerRun } from './support/orchestrator-workflows.ts';
import { effectsIn, journals, missing, Orchestrator, type OrchestratorOptions } from './support/spawn-orchestrator.ts';

const timeoutMs = 120_000;
const trials = Number(process.env['PRECEDE_DISKS'] ?? 4);
const runs = 6;
const blockBytes = 4_096;

const undo: (() => void)[] = [];

afterAll(() => {
  for (const call of undo.splice(0).reverse()) call();
});

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'precede-full-'));
  undo.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A disk of its own, and a place for effects and temporary files that is on another. */
function smallDisk(size: string) {
  const base = directory();
  const [disk = '', effects = '', temporary = ''] = ['disk', 'effects', 'tmp'].map((name) => join(base, name));
  for (const made of [disk, effects, temporary]) mkdirSync(made);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
  undo.push(() => spawnSync('umount', ['-l', disk]));
  return { disk, effects, temporary, file: join(disk, 'store.db'), filler: join(disk, 'filler') };
}

/** Fills a disk to the last block. */
function fill(filler: string): void {
  const file = openSync(filler, 'w');
  const block = Buffer.alloc(blockBytes, 1);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
}

function whyNoDisk(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has a tmpfs';
  if (process.getuid?.() !== 0) return 'only root can mount a tmpfs';
  const made = mkdtempSync(join(tmpdir(), 'precede-mount-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', made]);
  if (status === 0) spawnSync('umount', [made]);
  rmSync(made, { recursive: true, force: true });
  return status === 0 ? undefined : `mount: ${String(stderr).trim()}`;
}

/** The lines of what is kept beside the store and among the temporary files. */
function keptAside(...directories: readonly string[]): readonly string[] {
  const files = directories.flatMap((place) => readdirSync(place).map((name) => join(place, name)));
  const texts = files.filter((file) => file.includes('.unrecorded-')).map((file) => readFileSync(file, 'utf8'));
  return texts.flatMap((text) => text.trim().split('\n'));
}

function succeeded(run: Orchestrator): readonly string[] {
  return run.told('told').filter((line) => line.includes(' task-succeeded '));
}

/** Everything that was started has succeeded, once, and nothing acknowledged is lost. */
async function expectWhole(file: string, effects: string, told: readonly string[]): Promise<void> {
  const found = await journals(file);
  expect(Array.from(found.values(), ({ state }) => state)).toEqual(Array.from(found, () => 'SUCCESS'));
  expect(missing(told, found)).toEqual([]);
  expect(effectsIn(effects)).toEqual({ count: found.size * tasksPerRun, doubled: [] });
}

/** Orchestrators that a failing test leaves behind are ended. */
function orchestrator(options: OrchestratorOptions): Orchestrator {
  const started = new Orchestrator(options);
  undo.push(() => started.child.kill('SIGKILL'));
  return started;
}

describe.skipIf(!isPossible('a full disk', whyNoDisk()))('a disk that is full while runs are under way', () => {
  let passed = 0;
  let kept = 0;
  let underWay = 0;

  afterAll(() => {
    const details = `${kept} of ${underWay} outcomes kept aside`;
    tellFigures({ name: 'full disks', passed, failed: trials - passed, details });
  });

  it.for(Array.from({ length: trials }, (_, at) => 1 + at * 5))(
    'halts everything after %i tasks, and all goes on by itself once there is room',
    { timeout: timeoutMs },
    async (tasksBefore) => {
      const { disk, effects, temporary, file, filler } = smallDisk('4m');
      const env = { TMPDIR: temporary };
      const run = orchestrator({ role: 'start', file, effects, runs, env });
      await run.until('begun', tasksBefore);
      fill(filler);
      await run.until('health waiting STORE_FULL');
      const halted = run.lines.findIndex((line) => line.startsWith('health waiting'));
      // Longer than any body, and than several more tries to write.
      await delay(1_000);

      expect(run.lines.slice(halted + 1)).toEqual([]);
      expect(run.child.exitCode).toBeNull();
      const told = run.stderr.split('\n').filter((line) => line.startsWith('{'));
      expect(keptAside(disk, temporary)).toEqual(told);
      kept += told.join().split('"task-succeeded"').length - 1;
      underWay += run.told('begun').length - succeeded(run).length;

      rmSync(filler);
      expect(await run.ended).toBe(0);
      expect(run.told('health').slice(0, 2)).toEqual(['health waiting STORE_FULL', 'health well ']);
      expect(run.told('started')).toHaveLength(runs);
      expect(keptAside(disk, temporary)).toEqual([]);
      await expectWhole(file, effects, run.told('told'));
      passed += 1;
    },
  );
});

const blocksOfFile = [200, 300, 450, 700];

describe.skipIf(!isPossible('a limit on file sizes', process.platform === 'win32' ? 'there is no ulimit' : undefined))(
  'a limit on the size of files',
  () => {
    let passed = 0;

    afterAll(() => tellFigures({ name: 'file size limits', passed, failed: blocksOfFile.length - passed }));

    it.for(blocksOfFile)(
      'of %i blocks ends all writing, and a new process goes on',
      { timeout: timeoutMs },
      async (blocks) => {
        const base = directory();
        const file = join(base, 'store.db');
        const effects = join(base, 'effects');
        mkdirSync(effects);
        const through = ['sh', '-c', `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`, 'sh'];
        const first = orchestrator({ role: 'start', file, effects, runs, through });
        expect(await first.ended).toBe(3);
        expect(first.told('failed')).toEqual(['failed STORE_FAILED']);
        const health = first.told('health').at(-1);
        if (health !== undefined) expect(health).toBe('health failed STORE_FAILED');
        const failedAt = first.lines.findIndex((line) => line.startsWith('health failed'));
        expect(first.lines.slice(failedAt).filter((line) => line.startsWith('told'))).toEqual([]);

        const next = orchestrator({ role: 'recover', file, effects });
        expect(await next.ended).toBe(0);
        expect(next.told('refused')).toEqual([]);
        await expectWhole(file, effects, [...first.told('told'), ...next.told('told')]);
        passed += 1;
      },
    );
  },
);
