import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizeOf, throwDice } from '../faults/support/dice.ts';
import { CaseTally } from './support/case-tally.ts';
import { DocumentedAnswers, readDocument } from './support/documented.ts';
import { hostileBytes } from './support/hostile-bytes.ts';
import { inLanes } from './support/lanes.ts';
import { prototypeShape } from './support/prototype-shape.ts';
import { exchange, type RawAnswer, type RawExchange } from './support/raw-http.ts';
import { routeTable, targetOf } from './support/route-table.ts';
import { serveApi, type ServedApi } from './support/served-api.ts';

const tally = new CaseTally('S1 raw fuzz');
const dice = throwDice();
const requests = sizeOf('PRECEDE_FUZZED', 20_000);
const hangingEvery = 100;
/** The longest that a client may take, and how often that is looked at. */
const limitMs = 10_000 + 2_000;

let api: ServedApi;
let documented: DocumentedAnswers;
const before = prototypeShape();
const unhandled: unknown[] = [];
const catchUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', catchUnhandled).on('uncaughtException', catchUnhandled);
  api = await serveApi();
  documented = new DocumentedAnswers(await readDocument(api.port));
});
afterAll(async () => {
  await api.close();
  process.off('unhandledRejection', catchUnhandled).off('uncaughtException', catchUnhandled);
});

function problemOf({ answers, rest, ending }: RawExchange, isHead: boolean): string | undefined {
  if (ending === 'silent') return 'the connection stayed open';
  // What could not be read as a request is answered with a body, since nobody knows that it was HEAD.
  if (isHead) return answers.some(({ status }) => status >= 500) ? 'status 5xx' : undefined;
  // A client that goes on sending may lose the end of an answer with its connection.
  if (rest !== '' && ending !== 'reset') return `half an answer: ${rest.slice(0, 100)}`;
  return answers.map(answerProblem).find((problem) => problem !== undefined);
}

function answerProblem({ status, headers, body }: RawAnswer): string | undefined {
  if (status >= 500) return `status ${status}: ${body.slice(0, 200)}`;
  if (status < 400) return undefined;
  if (headers['content-type']?.startsWith('application/json') !== true) return `status ${status} is no JSON`;
  const problem = documented.errorProblem(body);
  if (problem !== undefined) return problem;
  return (JSON.parse(body) as { status: number }).status === status ? undefined : 'the envelope has another status';
}

async function openConnections(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  api.app.server.getConnections((_error, count) => resolve(count));
  return await promise;
}

describe('whatever bytes come', () => {
  it('are answered as HTTP, in the envelope, by a server that goes on', { timeout: 300_000 }, async () => {
    tally.detail(`PRECEDE_SEED=${dice.seed}`);
    const targets = routeTable(api).map((route) => targetOf(route));
    const methods = new Map(routeTable(api).map((route) => [targetOf(route), route.method]));
    const packets = Array.from({ length: requests }, () => hostileBytes(dice, { targets, methods, login: api.admin }));
    const hanging = packets.filter((_packet, index) => index % hangingEvery === 0);
    const abandoned = hanging.map(({ bytes }) => {
      const socket = connect(api.port, '127.0.0.1').on('error', () => {});
      socket.write(bytes);
      return socket.resume();
    });
    let answers = 0;
    await inLanes(packets, 48, async ({ bytes, isHead }, index) => {
      const came = await exchange(bytes, { port: api.port, isHead, isEnded: true, patienceMs: limitMs + 8_000 });
      answers += came.answers.length;
      const problem = problemOf(came, isHead);
      tally.count(
        problem === undefined
          ? undefined
          : `#${index} ${JSON.stringify(bytes.toString('latin1').slice(0, 300))}: ${problem}`,
      );
    });
    tally.detail(`${answers} answers`);
    expect(tally.failures).toEqual([]);
    await tally.piece(() => expect(unhandled).toEqual([]));
    await tally.piece(() => expect(api.log.filter((line) => line.includes('a request failed'))).toEqual([]));
    await tally.piece(() => expect(prototypeShape()).toEqual(before));
    const endMs = performance.now() + limitMs;
    while ((await openConnections()) > 0 && performance.now() < endMs) await delay(100);
    await tally.piece(async () => expect(await openConnections()).toBe(0));
    for (const socket of abandoned) socket.destroy();
  });
});
