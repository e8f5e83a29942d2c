import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { stepTable, taskTitle } from '../../../src/cli/views/steps.ts';
import { shapeFromJson } from '../../../src/plan/index.ts';
import type { RunEvent, RunEventType } from '../../../src/state/index.ts';
import type { Dice } from './dice.ts';
import { outcomeCount, readJournal, recordedTwice, type Journal } from './journal.ts';
import { live, type Death, type Life, type Told } from './life.ts';

/** A run that is killed again and again and carried on. */
export interface CrashSeries {
  readonly cwd: string;
  readonly storeFile: string;
  readonly runId: number;
  readonly dice: Dice;
  /** The arguments that begin it; until it is there, they are given again. */
  readonly first: readonly string[];
  /** The arguments that go on with it. */
  readonly recover: readonly string[];
  /** How many processes are killed before one is left alive. */
  readonly deathsMax: number;
  /** A process is killed after at most so many changes of tasks. */
  readonly changesMax: number;
}

/** How a series ended: its last process was left alive. */
export interface CrashEnd {
  readonly last: Life;
  readonly deaths: number;
}

/**
 * A process that ends a fourth time in a row without any task coming to an end has its run put aside, by design: after
 * two such deaths the next one waits for an end.
 */
const fruitlessMax = 2;
/** Between a commit and what it lets happen: an effect that is being sent, its answer, the next commit. */
const laterMs = 30;
/** Long enough for a process that is killed without having told anything to have opened the store, and to be taking up. */
const startingMs = 900;

/**
 * Kills the processes of a run at random until one ends by itself. After each, what was acknowledged before is in the
 * journal unchanged, and nothing is recorded twice.
 */
export async function crashToTheEnd(series: CrashSeries): Promise<CrashEnd> {
  const { cwd, storeFile, runId, deathsMax, changesMax } = series;
  let before = eventsOf(await journalIfAny(storeFile, runId));
  let args = series.first;
  let deaths = 0;
  let fruitless = 0;
  for (;;) {
    const death = deaths < deathsMax ? drawDeath(series.dice, { changesMax, fruitless }) : undefined;
    const life = await live(args, cwd, death);
    const journal = await journalIfAny(storeFile, runId);
    if (journal) requireNothingLost(journal, { before, told: life.told });
    if (!life.isKilled) return { last: life, deaths };
    deaths += 1;
    const events = eventsOf(journal);
    fruitless = outcomeCount(events) > outcomeCount(before) ? 0 : fruitless + 1;
    if (events.length > before.length) args = series.recover;
    before = events;
  }
}

function eventsOf(journal: Journal | undefined): readonly RunEvent[] {
  return journal?.events ?? [];
}

/** None: the process was killed before there was a store. */
async function journalIfAny(storeFile: string, runId: number): Promise<Journal | undefined> {
  return existsSync(storeFile) ? await readJournal(storeFile, runId) : undefined;
}

function drawDeath(dice: Dice, { changesMax, fruitless }: { changesMax: number; fruitless: number }): Death {
  if (fruitless >= fruitlessMax) return { changes: 1, ends: 1, thenMs: dice.between(0, laterMs) };
  const changes = dice.between(0, changesMax);
  if (changes > 0) return { changes, ends: 0, thenMs: dice.between(0, laterMs) };
  // On a machine with nothing else to do it would be through by then.
  return { changes, ends: 0, thenMs: dice.between(0, startingMs), changesAtMost: Math.max(1, changesMax) };
}

/** What a told state says is in the journal. */
const recordedAs: ReadonlyMap<string, RunEventType> = new Map([
  ['RUNNING', 'task-started'],
  ['SUCCESS', 'task-succeeded'],
  ['FAILED', 'task-failed'],
  ['READY', 'task-failed'],
  ['ROLLING_BACK', 'task-rollback-started'],
  ['ROLLED_BACK', 'task-rolled-back'],
]);

/** Every change that the process told is among the events since it began, and those from before are as they were. */
function requireNothingLost(
  { header, events }: Journal,
  { before, told }: { readonly before: readonly RunEvent[]; readonly told: readonly Told[] },
): void {
  expect(events.slice(0, before.length)).toEqual(before);
  expect(recordedTwice(events)).toEqual([]);
  const table = stepTable(shapeFromJson(header.plan));
  const recorded = events.slice(before.length).flatMap((event) => {
    return 'task' in event ? [`${event.type} ${taskTitle(table, event.task)}`] : [];
  });
  const claimed = told.map(({ state, title }) => `${recordedAs.get(state) ?? state} ${title}`);
  expect(withoutThese(claimed, recorded)).toEqual([]);
}

/** What is left of a list when each entry of another is taken away once. */
function withoutThese(list: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return list.filter((entry) => {
    const count = left.get(entry) ?? 0;
    left.set(entry, count - 1);
    return count <= 0;
  });
}
