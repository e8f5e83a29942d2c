import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseTally } from './support/case-tally.ts';
import { readDocument } from './support/documented.ts';
import { ask, exchange, type RawAnswer, type RawRequest } from './support/raw-http.ts';
import { routeTable, targetOf } from './support/route-table.ts';
import { serveApi, type ServedApi } from './support/served-api.ts';

const tally = new CaseTally('S8 browser attacks');
let api: ServedApi;

beforeAll(async () => {
  api = await serveApi({ server: { allowedHosts: ['ocp.example.com'] } });
});
afterAll(() => api.close());

async function sent({ headers = [], ...request }: RawRequest): Promise<RawAnswer> {
  const answer = await ask({ ...request, headers: [`Authorization: ${api.admin}`, ...headers] }, { port: api.port });
  return answer ?? expect.fail(`no answer to ${request.target}`);
}

const messageOf = ({ body }: RawAnswer): string => (JSON.parse(body) as { error: { message: string } }).error.message;
const runs = async (): Promise<number> => (await api.store.runVersions({})).length;

describe('the name that a server is called by', () => {
  const foreign = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    '127.0.0.1.evil.example:80',
    'localhost@evil.example',
    'evil.example#localhost',
    'evil.example/localhost',
    'localhost:80:80',
    'localhost:port',
    'localhost.',
    '0x7f.0.0.1',
    '2130706433',
    '127.1',
    '017700000001',
    '[::1].evil.example',
    '[::1',
    '::1',
    '[fe80::1%25lo]',
    'localhost, evil.example',
    'ocp.example.com.evil.example',
    'xocp.example.com',
    '',
    '*',
  ];
  const own = ['localhost', 'LOCALHOST:1', '127.0.0.1', '127.0.0.1:65535', '[::1]', '[::1]:80', '[::FFFF:127.0.0.1]'];

  it.for(foreign)('is not "%s"', async (host) => {
    for (const target of ['/healthz', '/api/v2/info', '/docs/', '/openapi.json', '/unknown']) {
      const { status } = await sent({ target, host });
      await tally.piece(() => expect([target, status]).toEqual([target, 403]));
    }
  });

  it.for([...own, hostname(), 'ocp.example.com', 'OCP.example.com:8080'])('may be "%s"', async (host) => {
    const { status } = await sent({ target: '/api/v2/info', host });
    await tally.piece(() => expect(status).toBe(200));
  });

  it('has to be given, once', async () => {
    const texts = [
      'GET /healthz HTTP/1.1',
      'GET /healthz HTTP/1.0',
      'GET /healthz HTTP/1.1\r\nHost: evil.example\r\nHost: localhost',
    ];
    for (const text of texts) {
      const { answers } = await exchange(`${text}\r\nConnection: close\r\n\r\n`, { port: api.port });
      await tally.piece(() => expect([text, answers.map(({ status }) => status)]).toEqual([text, [403]]));
    }
  });
});

describe('a change that a foreign page asks for', () => {
  const foreign = [
    'Origin: http://evil.example',
    'Origin: null',
    'Origin:',
    'Origin: http://localhost:1',
    'Origin: https://localhost',
    'Origin: http://localhost.evil.example',
    'Origin: http://localhost@evil.example',
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Site: same-site',
    'Sec-Fetch-Site: none\r\nOrigin: http://evil.example',
  ];

  it('is refused on every route that changes anything', async () => {
    const before = await runs();
    const changes = routeTable(api).filter(({ method }) => method !== 'GET');
    expect(changes.length).toBeGreaterThanOrEqual(6);
    for (const declared of changes) {
      for (const header of foreign) {
        const { url, body } = declared;
        const asked = body ? JSON.stringify({ zoneName: 'zone1', servers: [1] }) : '{}';
        const answer = await sent({
          method: declared.method,
          target: targetOf(declared),
          headers: [header, 'Content-Type: application/json'],
          body: asked,
        });
        await tally.piece(() => {
          expect([url, header, answer.status]).toEqual([url, header, 403]);
          expect(messageOf(answer)).toContain('another origin');
        });
      }
    }
    expect(await runs()).toBe(before);
  });

  it('is accepted from the own page', async () => {
    for (const header of [
      'Origin: http://localhost',
      'Origin: HTTP://LOCALHOST',
      'Sec-Fetch-Site: same-origin',
      'Sec-Fetch-Site: none',
    ]) {
      const { status } = await sent({ method: 'POST', target: '/api/v2/tasks/instances/99/retry', headers: [header] });
      await tally.piece(() => expect([header, status]).toEqual([header, 404]));
    }
  });
});

describe('a body that a form could send', () => {
  const asked = JSON.stringify({ zoneName: 'zone1', servers: [1] });
  const types = [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; application/json',
    'text/plain, application/json',
    'application/jsonx',
    'application/json-patch+json',
    'application/vnd.api+json',
    'text/json',
    'application/ json',
    'application /json',
    'json',
    '*/*',
    'application/*',
    'application/json/x',
    ';application/json',
  ];

  it.for(types)('is refused as %s', async (type) => {
    const before = await runs();
    for (const declared of routeTable(api).filter(({ method }) => method !== 'GET')) {
      const request = { method: 'POST', target: targetOf(declared), headers: [`Content-Type: ${type}`], body: asked };
      const { status } = await sent(request);
      await tally.piece(() => expect([type, declared.url, status]).toEqual([type, declared.url, 415]));
    }
    expect(await runs()).toBe(before);
  });

  it('is refused without a content type', async () => {
    const { status } = await sent({ method: 'POST', target: '/api/v2/ob/clusters/1/servers', body: asked });
    await tally.piece(() => expect(status).toBe(415));
  });

  it('is checked in full whatever parameters its type carries', async () => {
    const before = await runs();
    const parameters = [
      '; charset=utf-8',
      ';charset=utf-16',
      '; ',
      ';',
      ';;',
      '; a=b; a=c',
      '\t; charset=x',
      ' ;x',
      '; charset="utf-8',
      ', text/plain',
    ];
    for (const parameter of parameters) {
      for (const body of [
        '{"zoneName":"zone1","servers":[1],"unknown":1}',
        '{"zoneName":"zone1"}',
        '[]',
        '"x"',
        'null',
        'x=1',
      ]) {
        const headers = [`Content-Type: application/json${parameter}`];
        const { status } = await sent({ method: 'POST', target: '/api/v2/ob/clusters/1/servers', headers, body });
        await tally.piece(() => expect([400, 415], `${parameter} ${body}`).toContain(status));
      }
    }
    expect(await runs()).toBe(before);
  });
});

describe('every answer', () => {
  it('forbids frames, guesses and foreign readers, errors included', async () => {
    const own = routeTable(api)
      .filter(({ method }) => method === 'GET')
      .map((declared) => targetOf(declared));
    const targets = [
      ...own,
      '/unknown',
      '/%',
      '/%ff',
      '/api/v2/ob/clusters/%',
      '/docs',
      '/docs/',
      '/docs/static/index.html',
      '/openapi.json',
      '/?'.padEnd(9_000, 'x'),
      '/?'.padEnd(20_000, 'x'),
    ];
    for (const target of targets) {
      for (const origin of ['http://localhost', 'http://evil.example', 'null']) {
        const headers = [`Origin: ${origin}`, 'Access-Control-Request-Method: POST'];
        for (const method of ['GET', 'HEAD', 'OPTIONS', 'PRI'])
          expectGuarded(`${method} ${target}`, await sent({ method, target, headers }));
      }
    }
    const junk = await exchange('junk\r\n\r\n', { port: api.port });
    expectGuarded('junk', junk.answers[0] ?? expect.fail('no answer'));
  });
});

function expectGuarded(name: string, { headers }: RawAnswer): void {
  const isGuarded =
    headers['x-content-type-options'] === 'nosniff' &&
    headers['x-frame-options'] === 'DENY' &&
    headers['content-security-policy']?.includes("frame-ancestors 'none'") === true &&
    headers['content-security-policy'].includes("default-src 'none'") &&
    Object.keys(headers).every((header) => !header.startsWith('access-control-'));
  tally.count(isGuarded ? undefined : name);
  expect([name.slice(0, 100), isGuarded]).toEqual([name.slice(0, 100), true]);
}

const executablePath = '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.log(`S8: the page of the documentation was not opened, there is no ${executablePath}`);

describe.skipIf(!hasBrowser && process.env['CI'] === undefined)('the page of the documentation', () => {
  it('shows every operation, asks nobody else for anything and complains of nothing', { timeout: 60_000 }, async () => {
    const { paths } = await readDocument(api.port);
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
      const origin = `http://localhost:${api.port}`;
      await page.goto(`${origin}/docs`);
      await page.waitForSelector('.opblock');
      const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
      await tally.piece(async () => expect(await page.locator('.opblock').count()).toBe(operations.length));
      await page.click('#operations-clusters-addServers button');
      await page.waitForSelector('#operations-clusters-addServers .opblock-body');
      await tally.piece(() => expect(complaints).toEqual([]));
      const foreign = requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'));
      await tally.piece(() => expect(foreign).toEqual([]));
      tally.detail(`/docs shows ${operations.length} operations with ${requests.length} requests`);
    } finally {
      await browser.close();
    }
  });
});
