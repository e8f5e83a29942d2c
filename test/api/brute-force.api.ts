import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyDirectory } from '../e2e/support/precede.ts';
import { sizeOf } from '../faults/support/dice.ts';
import { basic } from '../server/support/open-api.ts';
import { CaseTally } from './support/case-tally.ts';
import { inLanes } from './support/lanes.ts';
import { ask } from './support/raw-http.ts';
import { password, serveApi } from './support/served-api.ts';
import { serveProcess, type ServeProcess } from './support/serve-process.ts';

const tally = new CaseTally('S6 brute force');
const guesses = sizeOf('PRECEDE_GUESSES', 10_000);
const timed = sizeOf('PRECEDE_TIMED', 20);
const failuresMax = 20;
const target = '/api/v2/info';
let port: number;

/** The real command, whose passwords are hashed at full cost. */
async function realServer(): Promise<ServeProcess> {
  const cwd = emptyDirectory();
  writeFileSync(`${cwd}/password`, password, { mode: 0o600 });
  const flags = [
    '--store',
    'store.db',
    '--admin-password-file',
    'password',
    '--request-limit',
    '0',
    '--log-level',
    'error',
  ];
  return await serveProcess(flags, cwd);
}

async function statusOf(localAddress: string, login: string): Promise<number> {
  const answer = await ask(
    { target, headers: [`Authorization: ${login}`] },
    { port, localAddress, patienceMs: 60_000 },
  );
  return answer?.status ?? 0;
}

const right = basic('admin', password);

/** Somebody with a right password who asks until it is over: how often that failed, and how long it took. */
function honestClient(localAddress: string) {
  const over = new AbortController();
  const tookMs: number[] = [];
  let failures = 0;
  const ended = (async () => {
    while (!over.signal.aborted) {
      const startedMs = performance.now();
      if ((await statusOf(localAddress, right)) !== 200) failures += 1;
      tookMs.push(performance.now() - startedMs);
    }
  })();
  const stop = async () => {
    over.abort();
    await ended;
    const sorted = tookMs.toSorted((a, b) => a - b);
    return { requests: tookMs.length, failures, p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
  };
  return { stop };
}

describe('guessing passwords', () => {
  it.for([1, 100])(
    'is answered with 429 after 20 a minute, from %i addresses, and hinders nobody',
    { timeout: 120_000 },
    async (count) => {
      // A hundred addresses may make the server hash 2,000 passwords: there they are cheap ones.
      const server = count === 1 ? await realServer() : await serveApi();
      port = server.port;
      const attackers = Array.from({ length: count }, (_, index) => `127.${100 + count}.0.${index + 1}`);
      const [attacked = ''] = attackers;
      const other = `127.200.0.${count}`;
      for (const address of [attacked, other]) expect(await statusOf(address, right)).toBe(200);
      const clients = [honestClient(attacked), honestClient(other)];
      const statuses = new Map<number, number>();
      const refusedOf = new Map<string, number>();
      await inLanes(Array.from({ length: guesses }), 32, async (_item, index) => {
        const address = attackers[index % count] ?? attacked;
        const status = await statusOf(address, basic('admin', `guess number ${index}`));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 401) refusedOf.set(address, (refusedOf.get(address) ?? 0) + 1);
      });
      const honest = await Promise.all(clients.map((client) => client.stop()));
      await ('stop' in server ? server.stop() : server.close());
      for (const { failures, requests } of honest) {
        await tally.piece(() => expect(failures).toBe(0));
        expect(requests).toBeGreaterThan(10);
      }
      await tally.piece(() =>
        expect([...statuses.keys()].filter((status) => ![401, 429, 503].includes(status))).toEqual([]),
      );
      // A minute's budget; a test that takes longer than that sees the next one begin.
      await tally.piece(() => expect(Math.max(...refusedOf.values())).toBeLessThanOrEqual(2 * failuresMax));
      if (count === 1)
        await tally.piece(() => expect(statuses.get(429)).toBeGreaterThanOrEqual(guesses - 2 * failuresMax - 1_000));
      const shown = [...statuses].map(([status, times]) => `${status} × ${times}`).join(', ');
      const p99 = honest.map(({ p99Ms, requests }) => `p99 ${p99Ms.toFixed(0)} ms of ${requests}`).join(' and ');
      tally.detail(`${count} addresses: ${shown}; valid clients ${p99}`);
    },
  );
});

describe('the time that a wrong login takes', () => {
  it('tells neither users nor beginnings of passwords', { timeout: 120_000 }, async () => {
    const server = await realServer();
    port = server.port;
    const logins = {
      'wrong user': () => basic(`nobody${Math.random()}`, password),
      'wrong password': (index: number) => basic('admin', `wrong password ${index}`.padEnd(password.length + 3)),
      'right beginning': (index: number) => basic('admin', `${password}${100 + index}`),
    };
    const took: Record<string, number[]> = {};
    let address = 0;
    for (let round = 0; round < timed; round += 1) {
      // In an order that changes, each of an address of its own.
      const names = Object.keys(logins) as (keyof typeof logins)[];
      for (const name of [...names.slice(round % 3), ...names.slice(0, round % 3)]) {
        address += 1;
        const startedMs = performance.now();
        expect(await statusOf(`127.210.1.${address}`, logins[name](round))).toBe(401);
        (took[name] ??= []).push(performance.now() - startedMs);
      }
    }
    await server.stop();
    const { 'wrong user': user = [], 'wrong password': other = [], 'right beginning': beginning = [] } = took;
    const byUser = Math.abs(welch(user, other));
    const byBeginning = Math.abs(welch(beginning, other));
    tally.detail(`Welch t of user ${byUser.toFixed(2)}, of beginning ${byBeginning.toFixed(2)}, ${timed} each`);
    await tally.piece(() => expect(byUser).toBeLessThan(4.5));
    await tally.piece(() => expect(byBeginning).toBeLessThan(4.5));
  });
});

function welch(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1) / values.length;
  return (mean(a) - mean(b)) / Math.sqrt(spread(a) + spread(b));
}
