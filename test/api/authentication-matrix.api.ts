import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessKey, openKeyFile, type NewAccessKey } from '../../src/access/index.ts';
import type { Route } from '../../src/server/route.ts';
import { basic } from '../server/support/open-api.ts';
import { CaseTally } from './support/case-tally.ts';
import { inLanes, ownAddress } from './support/lanes.ts';
import { ask, type RawRequest } from './support/raw-http.ts';
import { routeTable, targetOf } from './support/route-table.ts';
import { password, serveApi, type ServedApi } from './support/served-api.ts';
import { signedHeaders } from './support/signed-headers.ts';

const tally = new CaseTally('S5 authentication matrix');
const minute = 60_000;
const hour = 60 * minute;
let api: ServedApi;
let key: NewAccessKey;

beforeAll(async () => {
  api = await serveApi();
  const sealing = openKeyFile(api.keyFile);
  key = await api.store.transact((tables) => createAccessKey(tables, { userName: 'admin', key: sealing, nowMs: 0 }));
});
afterAll(() => api.close());

/** Headers that say who asks, and what is added to the URL; nobody of them may be let in. */
interface Attempt {
  readonly headers: readonly string[];
  readonly query?: string;
}

function attempts(method: string, target: string): Readonly<Record<string, Attempt>> {
  const login = basic('admin', password);
  const token = login.slice('Basic '.length);
  const authorization = (value: string): Attempt => ({ headers: [`Authorization: ${value}`] });
  const signed = (
    change: {
      atMs?: number;
      accessKey?: string;
      secretKey?: string;
      target?: string;
      method?: string;
      host?: string;
    } = {},
  ): Attempt => {
    const made = signedHeaders({ method, target, ...key, ...change });
    return { headers: [`Authorization: ${made.authorization}`, `Date: ${made.date}`] };
  };
  const right = signedHeaders({ method, target, ...key });
  return {
    none: { headers: [] },
    empty: authorization(''),
    'scheme alone': authorization('Basic'),
    'no base64': authorization('Basic ???'),
    'no colon': authorization(`Basic ${Buffer.from('admin').toString('base64')}`),
    'wrong password': authorization(basic('admin', 'wrong password')),
    'empty password': authorization(basic('admin', '')),
    'longer password': authorization(basic('admin', `${password} `)),
    'unknown user': authorization(basic('nobody', password)),
    'other case of the user': authorization(basic('ADMIN', password)),
    'user with NUL': authorization(basic('admin\0', password)),
    'scheme of another name': authorization(`Bearer ${token}`),
    'scheme without a space': authorization(`Basic${token}`),
    'truncated login': authorization(login.slice(0, -6)),
    'login twice in one header': authorization(`${login}, ${login}`),
    'header twice': { headers: [`Authorization: ${login}`, `Authorization: ${login}`] },
    'header twice, wrong first': { headers: [`Authorization: ${basic('admin', 'wrong')}`, `Authorization: ${login}`] },
    'in a cookie': { headers: [`Cookie: Authorization=${login}; authorization=${token}; token=${token}`] },
    'in the query': { headers: [], query: `authorization=${encodeURIComponent(login)}&access_token=${token}` },
    'in other headers': {
      headers: [
        `Proxy-Authorization: ${login}`,
        `X-Authorization: ${login}`,
        'X-Forwarded-User: admin',
        'Remote-User: admin',
      ],
    },
    'for another method': signed({ method: 'PUT' }),
    'for another path': signed({ target: '/healthz' }),
    'for another host': signed({ host: 'localhost:1' }),
    expired: signed({ atMs: Date.now() - 15 * minute - 2_000 }),
    'long expired': signed({ atMs: Date.now() - 24 * hour }),
    // Room for the time until it is sent.
    early: signed({ atMs: Date.now() + 25 * minute }),
    'unknown access key': signed({ accessKey: 'AAAAAAAAAAAAAAAA' }),
    'other secret key': signed({ secretKey: '0'.repeat(32) }),
    'empty secret key': signed({ secretKey: '' }),
    'no date': authorization(right.authorization),
    'date that is none': { headers: [`Authorization: ${right.authorization}`, 'Date: now'] },
    'truncated signature': { headers: [`Authorization: ${right.authorization.slice(0, -2)}`, `Date: ${right.date}`] },
    'padded signature': { headers: [`Authorization: ${right.authorization}=`, `Date: ${right.date}`] },
  };
}

/** The ways to ask for the same thing in other words. */
function spellings(method: string, target: string): Readonly<Record<string, RawRequest>> {
  const at = (other: string): RawRequest => ({ method, target: other });
  const withHeaders = (...headers: readonly string[]): RawRequest => ({ method, target, headers });
  const last = target.lastIndexOf('/');
  return {
    plain: at(target),
    'double slash': at(`/${target}`),
    'double slash within': at(target.replace('/api/', '/api//')),
    'encoded slash': at(`${target.slice(0, last)}%2f${target.slice(last + 1)}`),
    'dot segment': at(`/.${target}`),
    'encoded dots': at(`/healthz/%2e%2e${target}`),
    'dots after a public path': at(`/docs/static/../../..${target}`),
    'encoded letter': at(target.replace('/api', '/%61pi')),
    semicolon: at(`${target};x=/healthz`),
    'semicolon first': at(`/healthz;${target}`),
    'trailing slash': at(`${target}/`),
    'trailing dot': at(`${target}.`),
    'trailing %20': at(`${target}%20`),
    'trailing NUL': at(`${target}%00`),
    'with .json': at(`${target}.json`),
    'public name behind': at(`${target}/healthz`),
    'public name in the query': at(`${target}?/healthz`),
    'public name in the fragment': at(`${target}#/healthz`),
    'upper case': at(target.toUpperCase()),
    HEAD: { method: 'HEAD', target },
    OPTIONS: { method: 'OPTIONS', target },
    TRACE: { method: 'TRACE', target },
    CONNECT: { method: 'CONNECT', target: 'localhost:80' },
    PUT: { method: 'PUT', target },
    'lower case method': { method: method.toLowerCase(), target },
    'absolute form': at(`http://localhost${target}`),
    'absolute form of a public host': at(`http://localhost/healthz${target}`),
    'method override': withHeaders('X-HTTP-Method-Override: GET', 'X-HTTP-Method: GET', 'X-Method-Override: HEAD'),
    forwarded: withHeaders(
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: localhost',
      'X-Forwarded-Proto: https',
      'Forwarded: for=127.0.0.1',
      'X-Real-IP: 127.0.0.1',
    ),
    'other URL': withHeaders('X-Original-URL: /healthz', 'X-Rewrite-URL: /healthz', 'X-Forwarded-Prefix: /healthz'),
  };
}

/** A password of nobody is hashed at full cost, a third of a second each: these are sent in one spelling only. */
const costly = new Set(['unknown user', 'other case of the user', 'user with NUL']);

interface Case {
  readonly name: string;
  readonly request: RawRequest;
}

function casesOf({ method, ...declared }: Route): readonly Case[] {
  const target = targetOf(declared);
  return Object.entries(attempts(method, target)).flatMap(([attempt, { headers, query }]) =>
    Object.entries(spellings(method, target)).flatMap(([spelling, request]) => {
      if (costly.has(attempt) && spelling !== 'plain') return [];
      const withQuery =
        query === undefined ? request.target : `${request.target}${request.target.includes('?') ? '&' : '?'}${query}`;
      const all = [...(request.headers ?? []), ...headers];
      const name = `${method} ${declared.url}, ${attempt}, ${spelling}`;
      return [{ name, request: { ...request, target: withQuery, headers: all } }];
    }),
  );
}

describe('every route of the table that is not public', () => {
  it('answers 2xx to nobody who has not logged in, however it is asked', { timeout: 180_000 }, async () => {
    const routes = routeTable(api).filter(({ access }) => access !== 'public');
    expect(routes.length).toBeGreaterThanOrEqual(20);
    const cases = routes.flatMap(casesOf);
    const runs = (await api.store.runVersions({})).length;
    await inLanes(cases, 24, async ({ name, request }, index) => {
      // Of an address of its own each, so that no limit answers instead.
      const answer = await ask(request, { port: api.port, localAddress: ownAddress(index) });
      const isRefused = answer !== undefined && answer.status >= 400 && answer.status < 500 && answer.status !== 429;
      // There is no tunnel: the connection is closed without a word.
      const isFine = request.method === 'CONNECT' ? answer === undefined : isRefused;
      tally.count(isFine ? undefined : `${name}: ${String(answer?.status)} ${answer?.body.slice(0, 200) ?? ''}`);
    });
    expect(tally.failures).toEqual([]);
    expect((await api.store.runVersions({})).length).toBe(runs);
    tally.detail(`${routes.length} routes`);
  });

  it('lets in who has logged in, with a password or a signature', async () => {
    for (const declared of routeTable(api)) {
      const { method, url } = declared;
      const target = targetOf(declared);
      const { authorization, date } = signedHeaders({ method, target, ...key });
      for (const headers of [
        [`Authorization: ${api.admin}`],
        [`Authorization: ${authorization}`, `Date: ${date}`],
        [`Authorization: ${api.admin.replace('Basic', 'bASIC')}`],
      ]) {
        const answer = await ask({ method, target, headers }, { port: api.port });
        await tally.piece(() => expect([401, 403, 429, 500, undefined], url).not.toContain(answer?.status));
      }
    }
  });
});

describe('what is public', () => {
  it('is exactly what the documentation says', async () => {
    const declared = routeTable(api).filter(({ access }) => access === 'public');
    await tally.piece(() => expect(declared.map(({ url }) => url)).toEqual(['/healthz', '/readyz']));
    const targets = registered(api);
    expect(targets.length).toBeGreaterThan(25);
    for (const target of targets) {
      const answer = await ask(
        { target: targetOf({ url: target.replace('*', 'static/swagger-ui.css') }) },
        { port: api.port, localAddress: ownAddress(500_000) },
      );
      const isPublic = /^\/(?:healthz|readyz|openapi\.json|docs(?:\/.*)?)$/.test(target);
      await tally.piece(() => expect([target, answer?.status === 401]).toEqual([target, !isPublic]));
    }
  });

  it('is told as such by the document', async () => {
    const answer = await ask({ target: '/openapi.json' }, { port: api.port });
    const { paths } = JSON.parse(answer?.body ?? '') as {
      paths: Record<string, Record<string, { security?: unknown[] }>>;
    };
    const open = Object.entries(paths).filter(([, methods]) =>
      Object.values(methods).some(({ security }) => security?.length === 0),
    );
    await tally.piece(() => expect(open.map(([path]) => path)).toEqual(['/healthz', '/readyz']));
  });
});

/** Every URL that the framework itself knows, whoever has registered it: it prints them as a tree of their parts. */
function registered({ app }: ServedApi): readonly string[] {
  const parts: string[] = [];
  const urls: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part = ''] = /^([│├└─ ]*)(\S+) \(/.exec(line) ?? [];
    if (part === '') continue;
    parts.splice(indent.length / 4 - 1, Infinity, part);
    urls.push(parts.join(''));
  }
  return urls;
}

describe('a route that does not say who may call it', () => {
  it.for(['GET', 'POST'])('keeps the app from starting (%s)', async (method) => {
    const prepare = (app: ServedApi['app']): void => {
      app.route({ method, url: '/api/v2/forgotten', handler: async () => 'open to all' });
    };
    await tally.piece(() =>
      expect(serveApi({ prepare })).rejects.toThrow('/api/v2/forgotten does not say who may call it'),
    );
  });
});
