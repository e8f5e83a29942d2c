import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryOf } from '../../src/oceanbase/index.ts';
import { basic } from '../server/support/open-api.ts';
import { CaseTally } from './support/case-tally.ts';
import { ask, exchange } from './support/raw-http.ts';
import { password, serveApi, type ServedApi } from './support/served-api.ts';

const tally = new CaseTally('S19 log injection');
let api: ServedApi;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

/** What breaks a line, drives a terminal, or turns what is read around. */
const hostile = [
  '\n',
  '\r\n',
  '\r',
  '\u2028',
  '\u2029',
  '\u0085',
  '\v',
  '\f',
  '\0',
  '\u001b[2J\u001b[H',
  '\u001b]0;title\u0007',
  '\u009b31m',
  '\u202e',
  '\u2066',
  '\u200f',
  '\ufeff',
  '\u007f',
  '\b',
  '"}\n{"level":60,"msg":"forged"}',
];
const unsafe = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

describe('hostile text in every part of a request', () => {
  it('leaves one JSON line in the log for each record, and nothing that a terminal acts on', async () => {
    const login = `Authorization: ${api.admin}`;
    for (const text of hostile) {
      const raw = Buffer.from(text).toString('latin1');
      const header = raw.replaceAll(/[\r\n\0]/g, '');
      const encoded = encodeURIComponent(text);
      const json = JSON.stringify({ zoneName: text, servers: [text], clientToken: `12345678${text}` });
      const requests = [
        { target: `/api/v2/ob/clusters/${encoded}`, headers: [login] },
        { target: `/${encoded}?${encoded}=${encoded}`, headers: [login] },
        { target: '/api/v2/info', headers: [`Authorization: ${basic(`admin${text}`, password)}`] },
        { target: '/api/v2/info', headers: [`Authorization: ${basic('admin', text)}`] },
        {
          target: '/api/v2/info',
          headers: [
            login,
            `User-Agent: ${header}`,
            `X-Forwarded-For: ${header}`,
            `Idempotency-Key: ${header}`,
            `Origin: ${header}`,
          ],
        },
        { target: '/api/v2/info', headers: [login], host: `localhost${header}` },
        {
          method: 'POST',
          target: '/api/v2/ob/clusters/1/servers',
          headers: [login, 'Content-Type: application/json'],
          body: json,
        },
        {
          method: 'POST',
          target: '/api/v2/ob/clusters/1/servers',
          headers: [login, `Content-Type: application/json; ${header}`],
          body: json,
        },
        { target: `/api/v2/tasks/instances?sort=${encoded}&status=${encoded}&name=${encoded}`, headers: [login] },
      ];
      for (const request of requests) await ask(request, { port: api.port, localAddress: '127.9.9.9' });
      await exchange(`GET /${raw} HTTP/1.1\r\nHost: localhost\r\nX: ${raw}\r\nConnection: close\r\n\r\n`, {
        port: api.port,
        isEnded: true,
      });
    }
    expect(api.log.length).toBeGreaterThan(hostile.length * 5);
    countLines();
  });
});

describe('hostile names in the inventory', () => {
  it('come out of the API as JSON alone, and reach the log harmlessly', async () => {
    for (const [index, text] of hostile.entries()) {
      await api.store.transact(async (tables) => {
        const { hosts } = inventoryOf(tables);
        const known = (await hosts.get(1)) ?? expect.fail('there is no host 1');
        const names = { name: `host ${text}`, operatingSystem: `el7 ${text}` };
        await hosts.put({ ...known, ...names, id: 301 + index, innerIpAddress: `10.9.0.${index + 1}` });
      });
      const body = JSON.stringify({ zoneName: 'zone1', servers: [301 + index] });
      const headers = [`Authorization: ${api.admin}`, 'Content-Type: application/json'];
      const answers = [
        await ask({ method: 'POST', target: '/api/v2/ob/clusters/1/servers', headers, body }, { port: api.port }),
        await ask({ target: '/api/v2/compute/hosts?size=2000', headers: headers.slice(0, 1) }, { port: api.port }),
      ];
      for (const answer of answers)
        await tally.piece(() => expect(() => JSON.parse(answer?.body ?? '') as unknown).not.toThrow());
    }
    const shown = await ask(
      { target: '/api/v2/compute/hosts?size=2000', headers: [`Authorization: ${api.admin}`] },
      api,
    );
    const { data } = JSON.parse(shown?.body ?? '') as { data: { contents: { name: string }[] } };
    const names = data.contents.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(hostile.map((text) => `host ${text}`)));
    countLines();
  });
});

function countLines(): void {
  for (const line of api.log) {
    const record = line.slice(0, -1);
    const isOne = line.endsWith('\n') && !unsafe.test(record) && isJson(record) && !record.includes('"msg":"forged"');
    tally.count(isOne ? undefined : JSON.stringify(line));
  }
  expect(tally.failures).toEqual([]);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
