import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizeOf, throwDice } from '../faults/support/dice.ts';
import { CaseTally } from './support/case-tally.ts';
import { DocumentedAnswers, readDocument, type OpenApiDocument } from './support/documented.ts';
import { documentProblems } from './support/document-problems.ts';
import { prototypeShape } from './support/prototype-shape.ts';
import { ask } from './support/raw-http.ts';
import { requestsFor, type MadeRequest } from './support/request-arbitrary.ts';
import { serveApi, type ServedApi } from './support/served-api.ts';

const tally = new CaseTally('S2 schema fuzz');
const { seed } = throwDice();
const casesEach = sizeOf('PRECEDE_SCHEMA_CASES', 300);
const before = prototypeShape();
let api: ServedApi;
let document: OpenApiDocument;

beforeAll(async () => {
  api = await serveApi();
  document = await readDocument(api.port);
  const headers = [`Authorization: ${api.admin}`, 'Content-Type: application/json'];
  const body = JSON.stringify({ zoneName: 'zone1', servers: [8] });
  const started = await ask(
    { method: 'POST', target: '/api/v2/ob/clusters/1/servers', headers, body },
    { port: api.port },
  );
  expect(started?.status).toBe(200);
});
afterAll(() => api.close());

describe('the document of the API', () => {
  it('is OpenAPI 3.1', async () => {
    await tally.piece(() => expect(documentProblems(document)).toEqual([]));
  });
});

describe('a request that is made from what is documented', () => {
  it('is answered as is documented, whatever is wrong with it', { timeout: 300_000 }, async () => {
    const documented = new DocumentedAnswers(document);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    const statuses = new Set<string>();
    for (const { path, method, operation } of operations) {
      const answered = async (made: MadeRequest): Promise<void> => {
        const headers = [
          `Authorization: ${api.admin}`,
          ...(made.body === undefined ? [] : ['Content-Type: application/json']),
        ];
        const answer = await ask({ method: method.toUpperCase(), headers, ...made }, { port: api.port });
        if (!answer) throw new Error('no answer');
        statuses.add(`${operation.operationId} ${answer.status}`);
        const problem = documented.problem({ path, method }, answer);
        const isTaken = made.hasUnknown && answer.status === 200;
        tally.count(problem ?? (isTaken ? 'an unknown field is accepted' : undefined));
        expect([problem, isTaken]).toEqual([undefined, false]);
      };
      await fc.assert(fc.asyncProperty(requestsFor(document, path, operation), answered), { numRuns: casesEach, seed });
    }
    const successes = operations.filter(({ operation }) => statuses.has(`${operation.operationId} 200`)).length;
    tally.detail(
      `${operations.length} operations, ${successes} of them with 200, ${statuses.size} pairs of operation and status; PRECEDE_SEED=${seed}`,
    );
    // Actions on tasks succeed only in states that chance does not bring about.
    expect(successes).toBeGreaterThanOrEqual(12);
    await tally.piece(() => expect(prototypeShape()).toEqual(before));
  });
});

describe('a field that would change a prototype (S17)', () => {
  const bodies = [
    '{"__proto__":{"polluted":1}}',
    '{"zoneName":"zone1","servers":[1],"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"zoneName":"zone1","servers":[1],"startupParameters":[{"name":"a","value":"b","__proto__":{"polluted":1}}]}',
    '{"zoneName":"zone1","servers":{"__proto__":[1]}}',
    '{"\\u005f_proto__":{"polluted":1}}',
    '{"constructor":1}',
    '[{"__proto__":{"polluted":1}}]',
  ];
  const queries = [
    '__proto__=1',
    '__proto__[polluted]=1',
    'constructor=1',
    'constructor[prototype][polluted]=1',
    '%5f_proto__=1',
    'page[__proto__]=1',
    'prototype=1',
    'toString=1',
    'hasOwnProperty=1',
  ];

  it('is refused in bodies and in queries', async () => {
    const send = { method: 'POST', headers: [`Authorization: ${api.admin}`, 'Content-Type: application/json'] };
    for (const body of bodies) {
      for (const target of [
        '/api/v2/ob/clusters/1/servers',
        '/api/v2/tasks/instances/1/retry',
        '/api/v2/tasks/instances/1/subtasks/1/skip',
      ]) {
        const answer = await ask({ ...send, target, body }, { port: api.port });
        await tally.piece(() => expect([target, body, answer?.status]).toEqual([target, body, 400]));
      }
    }
    for (const query of queries) {
      for (const target of [
        '/api/v2/ob/clusters',
        '/api/v2/tasks/instances',
        '/api/v2/compute/hosts',
        '/api/v2/info',
      ]) {
        const answer = await ask(
          { target: `${target}?${query}`, headers: [`Authorization: ${api.admin}`] },
          { port: api.port },
        );
        await tally.piece(() => expect([target, query, answer?.status]).toEqual([target, query, 400]));
      }
    }
    await tally.piece(() => expect(prototypeShape()).toEqual(before));
  });
});
