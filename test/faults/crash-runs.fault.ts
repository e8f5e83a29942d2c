import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSandbox, type SandboxAccess } from 'precede/oceanbase';
import { afterAll, expect, it } from 'vitest';
import { sqliteStore } from 'precede';
import { emptyDirectory, precede } from '../e2e/support/precede.ts';
import { seededRandom, seedOfRun } from '../support/seeded-random.ts';
import { tellFigures } from './support/figures.ts';
import {
  lifeOf,
  observerStarts,
  statementsReceived,
  successesIn,
  type KillMoment,
  type Life,
} from './support/killed-runs.ts';

const killsMax = Number(process.env['PRECEDE_KILLS'] ?? 60);
/** Each with a sandbox of its own: a run holds its cluster. */
const lanes = 2;
const hostsPerSandbox = 10;
/** No run of one server says more about its tasks than twice so many lines. */
const tasks = 21;
const seed = seedOfRun();
const random = seededRandom(seed);
const timeoutMs = 7_200_000;

const sandboxes: string[] = [];

afterAll(async () => {
  for (const dir of sandboxes.filter((dir) => existsSync(dir)))
    await precede(['sandbox', 'down', '--dir', dir], { cwd: dir });
}, 120_000);

interface Place {
  readonly access: SandboxAccess;
  readonly dir: string;
  readonly store: string;
}

/** A sandbox in a process of its own, which no kill of the orchestrator reaches. */
async function newPlace(): Promise<Place> {
  const dir = emptyDirectory();
  const { status, stderr } = await precede(['sandbox', 'up', '--dir', dir, '--hosts', String(hostsPerSandbox)], {
    cwd: dir,
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  sandboxes.push(dir);
  const found = await readSandbox(dir);
  if (found.state !== 'running') throw new Error(`The sandbox is ${found.state}.`);
  return { access: found.access, dir, store: join(dir, 'runs.db') };
}

interface Outcome {
  readonly kills: number;
  readonly mistakes: readonly string[];
  readonly json: unknown;
}

/** One run of Add OB server for one host, whose process is killed, and those that follow it, until one gets to the end. */
async function carried(place: Place, hostId: number, killOf: () => KillMoment | undefined): Promise<Outcome> {
  const where = ['--store', place.store, '--sandbox-dir', place.dir];
  const lives: Life[] = [
    await lifeOf(['run', 'add-ob-server', '--hosts', String(hostId), '--zone', 'zone2', ...where], killOf()),
  ];
  const runId = await lastRun(place);
  // Killed before it was recorded: it never was a run, and whoever asked knows that.
  if (runId === undefined) return carried(place, hostId, killOf);
  while (lives.at(-1)?.isKilled) lives.push(await lifeOf(['recover', ...where], killOf()));
  const last = lives.at(-1);
  const mistakes = [
    ...endMistakes(last),
    ...(await journalMistakes(place, runId, lives)),
    ...effectMistakes(place, hostId),
  ];
  // Killed after its end was recorded, a run is not open any more: recovery finds nothing to do.
  const isOver = last?.stdout.trim() === '[]';
  const shown = isOver ? await lifeOf(['show', String(runId), '--store', place.store], undefined) : last;
  const json = shown?.status === 0 ? comparable(shown.stdout) : undefined;
  return { kills: lives.filter(({ isKilled }) => isKilled).length, mistakes, json };
}

async function lastRun({ store: file }: Place): Promise<number | undefined> {
  if (!existsSync(file)) return undefined;
  const store = sqliteStore(file);
  const [open] = await store.openRuns();
  const [newest] = await store.listRuns({ limit: 1 });
  await store.close();
  return open?.runId ?? newest?.header.id;
}

function endMistakes(last: Life | undefined): readonly string[] {
  return last?.status === 0 ? [] : [`it ended with ${String(last?.status)}: ${last?.stderr.slice(-2_000)}`];
}

/** 0 lost: what was acknowledged is recorded. 0 twice: one attempt a task, and one end of it. */
async function journalMistakes(
  { store: file }: Place,
  runId: number,
  lives: readonly Life[],
): Promise<readonly string[]> {
  const store = sqliteStore(file);
  const events = (await store.readRun(runId))?.events ?? [];
  await store.close();
  const ends = Map.groupBy(
    events.filter(({ type }) => type === 'task-succeeded'),
    (event) => ('task' in event ? event.task : -1),
  );
  const starts = events.filter(({ type }) => type === 'task-started');
  const acknowledged = lives.reduce((sum, life) => sum + successesIn(life), 0);
  return [
    ...(acknowledged <= ends.size ? [] : [`${acknowledged} tasks were told to be done, ${ends.size} are recorded`]),
    ...[...ends].filter(([, list]) => list.length > 1).map(([task]) => `task ${task + 1} has two ends`),
    ...(ends.size === tasks && starts.length === tasks
      ? []
      : [`${starts.length} starts and ${ends.size} ends of ${tasks} tasks`]),
    ...(events.every((event) => !('attempt' in event) || event.attempt === 1) ? [] : ['a task was attempted twice']),
  ];
}

/**
 * By what the hosts and the database themselves wrote down. A package that is installed twice makes rpm fail, and with
 * it the run; so does a directory that is not empty. What is left on a host of the sending is a mistake too.
 */
function effectMistakes({ access }: Place, hostId: number): readonly string[] {
  const host = access.hosts.find(({ id }) => id === hostId);
  if (!host) return [`there is no host ${hostId}`];
  const added = statementsReceived(access.sqlLog, `ADD SERVER '${host.ip}:${host.rpcPort}'`);
  const started = observerStarts(host.homePath);
  const left = join(host.rootPath, 'home', 'admin', '.precede');
  const agents = readdirSync(join(host.agentPath, 'run')).filter((name) => name.endsWith('.pid'));
  const alive = agents.filter((name) =>
    existsSync(`/proc/${readFileSync(join(host.agentPath, 'run', name), 'utf8').trim()}`),
  );
  return [
    ...(added === 1 ? [] : [`ADD SERVER was received ${added} times`]),
    ...(started === 2 ? [] : [`the observer was started ${started} times, not twice`]),
    ...(alive.length === 3 ? [] : [`${alive.length} of the agent's 3 processes run`]),
    ...(existsSync(left) ? [`${readdirSync(left, { recursive: true }).join(', ')} is left on the host`] : []),
  ];
}

/** Ids, times and the one host aside. */
function comparable(stdout: string): unknown {
  const told = JSON.parse(stdout) as {
    id?: number;
    readonly tasks: readonly { readonly id: number }[];
  };
  delete told.id;
  const firstId = told.tasks[0]?.id ?? 0;
  return JSON.parse(
    JSON.stringify(told, (name, value: unknown) => {
      if (/time$/i.test(name) || name === 'context') return undefined;
      if (typeof value === 'number' && value >= firstId) return value - firstId;
      return value;
    }),
  ) as unknown;
}

function drawnKill(): KillMoment | undefined {
  // Early and late alike: some die before anything was told, some in the last steps.
  return { lines: Math.floor(random() * 14), delayMs: Math.floor(random() * 30) };
}

it(
  'a run whose process is killed again and again ends as one that nobody disturbed',
  async () => {
    let kills = 0;
    let runs = 0;
    const failures: string[] = [];
    const lane = async (): Promise<void> => {
      while (kills < killsMax) {
        const place = await newPlace();
        const undisturbed = await carried(place, 1, () => undefined);
        failures.push(...undisturbed.mistakes.map((mistake) => `undisturbed: ${mistake}`));
        for (let host = 2; host <= hostsPerSandbox && kills < killsMax; host++) {
          const outcome = await carried(place, host, drawnKill);
          kills += outcome.kills;
          runs += 1;
          const isSame = JSON.stringify(outcome.json) === JSON.stringify(undisturbed.json);
          failures.push(...outcome.mistakes, ...(isSame ? [] : ['its JSON differs from that of an undisturbed run']));
        }
        await precede(['sandbox', 'down', '--dir', place.dir], { cwd: place.dir });
        rmSync(place.dir, { recursive: true, force: true });
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    const failed = Math.min(kills, failures.length);
    tellFigures({ name: 'kill -9', passed: kills - failed, failed, details: `${runs} runs; PRECEDE_SEED=${seed}` });
    expect(failures).toEqual([]);
  },
  timeoutMs,
);
