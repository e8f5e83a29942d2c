import { tellFigures } from './support/figures.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { TaskContext } from 'precede';
import { addObserver } from 'precede/oceanbase';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DatabaseSession } from '../../src/oceanbase/database/database-session.ts';
import type { ObServices } from '../../src/oceanbase/steps/services.ts';
import { endAll } from '../oceanbase/support/cleanups.ts';
import { setupDatabase } from '../oceanbase/support/database-setup.ts';
import type { FixtureConnection } from '../oceanbase/support/mysql-server.ts';
import { server, setupSteps, type StepSetup } from '../oceanbase/steps/sandbox-setup.ts';
import { seededRandom, seedOfRun } from '../support/seeded-random.ts';

const kinds = ['frozen', 'ack-lost', 'ack-silent', 'half-packet', 'flapping'] as const;
const trialsMax = Number(process.env['PRECEDE_TRIALS'] ?? 30);
const timeoutMs = 300;
const latenessMsMax = 1_000;

let setup: StepSetup;

// Only for its inventory: the database of each trial is one of the test's.
beforeAll(async () => {
  setup = await setupSteps();
}, 60_000);

afterEach(endAll);

afterAll(async () => {
  await setup.close();
}, 30_000);

/** A database in which one kind of trouble meets the first ADD SERVER, or the first statements of all. */
class TroubledDatabase {
  /** How often ADD SERVER was carried out. */
  added = 0;
  usedAgain = 0;
  readonly #troubled = new WeakSet<object>();
  readonly #kind: (typeof kinds)[number];
  readonly #random: () => number;
  #isArmed = true;
  #frozenUntilMs = 0;
  #cutsLeft: number;

  constructor(kind: (typeof kinds)[number], random: () => number) {
    this.#kind = kind;
    this.#random = random;
    this.#cutsLeft = kind === 'flapping' ? 1 + Math.floor(3 * random()) : 0;
  }

  answer(statement: string, connection: FixtureConnection): void {
    if (this.#troubled.has(connection.socket)) this.usedAgain += 1;
    const isAdd = statement.includes('ADD SERVER');
    if (this.#cutsLeft > 0) {
      this.#cutsLeft -= 1;
      this.#trouble(connection).destroy();
    } else if (this.#frozenUntilMs > performance.now()) {
      this.#later(statement, connection);
    } else if (isAdd && this.#isArmed && this.#kind !== 'flapping') {
      this.#isArmed = false;
      this.#meet(statement, connection);
    } else {
      this.#carryOut(statement, connection);
    }
  }

  #meet(statement: string, connection: FixtureConnection): void {
    if (this.#kind === 'frozen') {
      this.#frozenUntilMs = performance.now() + 200 + 1_000 * this.#random();
      this.#later(statement, connection);
      return;
    }
    this.added += 1;
    const socket = this.#trouble(connection);
    if (this.#kind === 'ack-lost') socket.destroy();
    if (this.#kind === 'half-packet') socket.write(Buffer.from([7, 0, 0, 1, 0, 0]));
  }

  /** What a frozen server has received it carries out when it thaws, whether anybody still waits for that or not. */
  #later(statement: string, connection: FixtureConnection): void {
    const thaws = (): void => {
      if (connection.socket.destroyed && !statement.includes('ADD SERVER')) return;
      this.#carryOut(statement, connection);
    };
    setTimeout(thaws, this.#frozenUntilMs - performance.now() + 20 * this.#random());
  }

  #carryOut(statement: string, connection: FixtureConnection): void {
    if (!statement.includes('ADD SERVER')) {
      const names = /^SELECT (.*?) FROM/.exec(statement)?.[1]?.split(', ') ?? [];
      connection.rows(names, this.added > 0 ? [names.map((name) => columns[name] ?? null)] : []);
    } else if (this.added > 0) {
      connection.error(4179, 'add non-empty server not allowed');
    } else {
      this.added += 1;
      connection.ok();
    }
  }

  #trouble({ socket }: FixtureConnection): FixtureConnection['socket'] {
    this.#troubled.add(socket);
    return socket;
  }
}

const columns: Readonly<Record<string, string>> = {
  ...{ SVR_IP: '127.0.0.1', SVR_PORT: '2882', ID: '3', ZONE: 'zone2', SQL_PORT: '2881', WITH_ROOTSERVER: 'NO' },
  ...{ STATUS: 'ACTIVE', BUILD_VERSION: '4.3.5.1' },
};

/** The session, with a short deadline for every statement; tells how much later than that one settled. */
function hurried(session: DatabaseSession, onLateness: (ms: number) => void): DatabaseSession {
  const timed = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const beganMs = performance.now();
    return await call().finally(() => onLateness(performance.now() - beganMs - timeoutMs));
  };
  return {
    ...session,
    query: (statement, options) => timed(() => session.query(statement, { ...options, timeoutMs })),
    execute: (statement, options) => timed(() => session.execute(statement, { ...options, timeoutMs })),
  };
}

function contextOn(session: DatabaseSession, attempt: number): TaskContext {
  const context = setup.context(attempt);
  return {
    ...context,
    use: (service) => {
      const services = context.use(service) as ObServices;
      return { ...services, databases: { session: () => session } } as ReturnType<typeof context.use<never>>;
    },
  };
}

/** Attempts the step as often as it takes, as an engine does that knows nothing between two attempts. */
async function addedWithin(session: DatabaseSession, attemptsMax: number): Promise<boolean> {
  const step = addObserver(server);
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const context = contextOn(session, attempt);
    try {
      const answer = await step.check?.(context);
      if (typeof answer === 'object' && 'done' in answer) return true;
      await step.run(context);
    } catch {
      await delay(50);
    }
  }
  return false;
}

async function forgetMembership(): Promise<void> {
  const row = await setup.server();
  await setup.inventory(async ({ servers }) => {
    if (row) await servers.put({ ...row, effects: { ...row.effects, membership: false } });
  });
}

it('ADD SERVER ends in one row, and no call outlives its deadline, whatever the database does', async () => {
  const seed = seedOfRun();
  const random = seededRandom(seed);
  const failed: object[] = [];
  let latenessMs = -Infinity;
  for (let number = 0; number < trialsMax; number += 1) {
    const kind = kinds[number % kinds.length] ?? 'frozen';
    const database = new TroubledDatabase(kind, random);
    const { session } = await setupDatabase((statement, connection) => database.answer(statement, connection));
    await forgetMembership();
    const isAdded = await addedWithin(
      hurried(session, (ms) => (latenessMs = Math.max(latenessMs, ms))),
      20,
    );
    // What a frozen server still holds has come by now.
    await delay(kind === 'frozen' ? 1_300 : 0);
    const isRight = isAdded && database.added === 1 && database.usedAgain === 0 && latenessMs <= latenessMsMax;
    if (!isRight)
      failed.push({ number, kind, isAdded, added: database.added, usedAgain: database.usedAgain, latenessMs });
    await endAll();
  }
  tellFigures({
    name: 'database faults',
    passed: trialsMax - failed.length,
    failed: failed.length,
    details: `settled at most ${Math.round(latenessMs)} ms after the deadline; PRECEDE_SEED=${seed}`,
  });
  expect(failed).toEqual([]);
});
