import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sqliteStore, StoreUnreadableError, type Store, type StoredRun } from '../../src/store/index.ts';
import { seededRandom, seedOfRun } from '../support/seeded-random.ts';
import { spawnStoreProcess } from '../store/spawn-store-process.ts';
import { tellFigures } from './support/figures.ts';

const copies = Number(process.env['PRECEDE_TORN'] ?? 500);
const timeoutMs = 60_000 + copies * 1_000;
/** Runs that are in the file itself when the process is killed; those after them are in its log. */
const runsBefore = 100;
const frameBytes = 4_096 + 24;

/** What was done to a copy. */
interface Damage {
  readonly kind: 'log cut at its end' | 'log cut' | 'log flipped' | 'file flipped' | 'file cut';
  readonly at: number;
}

/** A store as a killed process left it, and what that process was told. */
interface Crashed {
  readonly file: string;
  /** How many events of each run were acknowledged. */
  readonly acknowledged: ReadonlyMap<number, number>;
  readonly runs: readonly StoredRun[];
}

const directory = mkdtempSync(join(tmpdir(), 'precede-torn-'));
let crashed: Crashed;

beforeAll(async () => {
  const file = join(directory, 'crashed.db');
  await spawnStoreProcess(['appendSound', file, String(runsBefore)]).ended;
  const acknowledged = new Map<number, number>(Array.from({ length: runsBefore }, (_, index) => [index + 1, 6]));
  const writer = spawnStoreProcess(['tellEach', file]);
  let told = 0;
  for await (const line of writer.lines) {
    const [runId = 0, events = 0] = line.split(' ').map(Number);
    acknowledged.set(runId, events);
    if (++told === 80) writer.child.kill('SIGKILL');
  }
  await writer.ended;
  const store = sqliteStore(copied(file, 'sound.db'));
  const runs = (await Promise.all(Array.from(acknowledged.keys(), (id) => store.readRun(id)))).map((run) => {
    if (!run) throw new Error('A run is missing in the store that nobody has touched.');
    return run;
  });
  await store.close();
  crashed = { file, acknowledged, runs };
}, 120_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function copied(file: string, name: string): string {
  const copy = join(directory, name);
  for (const end of ['', '-wal', '-shm']) {
    rmSync(`${copy}${end}`, { force: true });
    if (existsSync(`${file}${end}`)) cpSync(`${file}${end}`, `${copy}${end}`);
  }
  return copy;
}

function drawDamage(number: number, random: () => number, file: string): Damage {
  const [fileBytes, logBytes] = [statSync(file).size, statSync(`${file}-wal`).size];
  const draw = (bytes: number) => Math.floor(random() * bytes);
  switch (number % 5) {
    case 0:
      return { kind: 'log cut at its end', at: logBytes - 1 - draw(Math.min(logBytes, 12 * frameBytes)) };
    case 1:
      return { kind: 'log cut', at: draw(logBytes) };
    case 2:
      return { kind: 'log flipped', at: draw(logBytes * 8) };
    case 3:
      return { kind: 'file flipped', at: draw(fileBytes * 8) };
    default:
      return { kind: 'file cut', at: draw(fileBytes) };
  }
}

function inflict({ kind, at }: Damage, file: string): void {
  const target = kind.startsWith('log') ? `${file}-wal` : file;
  if (!kind.endsWith('flipped')) {
    truncateSync(target, at);
    return;
  }
  const bytes = readFileSync(target);
  bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
  writeFileSync(target, bytes);
}

/** What became of a copy: everything that was acknowledged is there, or it is refused; anything else is a mistake. */
async function openDamaged(file: string): Promise<string> {
  let store: Store | undefined;
  try {
    store = sqliteStore(file, { mustExist: true });
    return (await difference(store)) ?? 'whole';
  } catch (error) {
    if (error instanceof StoreUnreadableError && error.file === file && error.message.includes(file)) return 'refused';
    return `unexplained: ${String(error)}`;
  } finally {
    await store?.close().catch(() => undefined);
  }
}

async function difference(store: Store): Promise<string | undefined> {
  for (const { header, events, ...kept } of crashed.runs) {
    const found = await store.readRun(header.id);
    const count = crashed.acknowledged.get(header.id) ?? 0;
    if (!found) return `run ${header.id} is missing`;
    if (JSON.stringify(found.header) !== JSON.stringify(header)) return `the header of run ${header.id} is another`;
    const [theirs, ours] = [found.events.slice(0, count), events.slice(0, count)];
    if (JSON.stringify(theirs) !== JSON.stringify(ours)) return `the journal of run ${header.id} is another`;
    if (found.events.length < events.length) continue;
    const { state, fence, updatedAtMs } = found;
    if (JSON.stringify([state, fence, updatedAtMs]) !== JSON.stringify([kept.state, kept.fence, kept.updatedAtMs]))
      return `the row of run ${header.id} is another`;
  }
  const listed = await store.listRuns({ limit: Infinity });
  return listed.length < crashed.runs.length ? 'the list is shorter' : undefined;
}

it('a torn or flipped store has every acknowledged record, or is refused by name', { timeout: timeoutMs }, async () => {
  const seed = seedOfRun();
  const random = seededRandom(seed);
  const counts = new Map<string, number>();
  const mistakes: string[] = [];
  for (let number = 0; number < copies; number++) {
    const file = copied(crashed.file, 'copy.db');
    const damage = drawDamage(number, random, file);
    inflict(damage, file);
    const became = await openDamaged(file);
    if (became !== 'whole' && became !== 'refused') mistakes.push(`${damage.kind} at ${damage.at}: ${became}`);
    const kind = `${damage.kind} ${became === 'whole' || became === 'refused' ? became : 'WRONG'}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const outcomes = [...counts].toSorted().map(([kind, count]) => `${kind} ${count}`);
  tellFigures({
    name: 'R3 torn store',
    passed: copies - mistakes.length,
    failed: mistakes.length,
    details: `seed ${seed}; ${outcomes.join(', ')}`,
  });
  expect(mistakes).toEqual([]);
});

it('a copy that nobody has touched is never refused', { timeout: timeoutMs }, async () => {
  expect(await openDamaged(copied(crashed.file, 'copy.db'))).toBe('whole');
});
