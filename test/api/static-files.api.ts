import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseTally } from './support/case-tally.ts';
import { ask } from './support/raw-http.ts';
import { serveApi, type ServedApi } from './support/served-api.ts';

const tally = new CaseTally('S16 static files');
let api: ServedApi;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

const uiDirectory = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static');
const ups = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2E.',
  '%252e%252e',
  '..;',
  '%c0%ae%c0%ae',
  '%uff0e%uff0e',
  '....',
  '.',
  '%00..',
  '..%00',
  '．．',
];
const separators = ['/', '%2f', '%2F', '\\', '%5c', '%252f', '%c0%af', '//', '/./', '/;/', '%00/'];
const goals = [
  'package.json',
  'index.js',
  'etc/passwd',
  'static/index.html',
  'proc/self/environ',
  'LICENSE',
  '.git/config',
];
const prefixes = [
  '/docs/',
  '/docs/static/',
  '/docs/static',
  '//docs/static/',
  '/docs/static/./',
  '/DOCS/static/',
  '/docs%2fstatic%2f',
];
const suffixes = ['', '%00', '%00.css', '/', '?x', '#x', '%20', '::$DATA'];

/** Everything that may be served: what the page is made of. */
function allowed(): ReadonlySet<string> {
  const files = readdirSync(uiDirectory).map((name) => join(uiDirectory, name));
  return new Set(files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'utf8')));
}

function hostileTargets(): readonly string[] {
  const climbs = ups.flatMap((up) =>
    separators.flatMap((separator) => [1, 2, 3, 8].map((count) => `${up}${separator}`.repeat(count))),
  );
  const paths = prefixes.flatMap((prefix) => climbs.map((climb) => `${prefix}${climb}`));
  const whole = paths.flatMap((path, index) =>
    goals.map((goal, at) => `${path}${goal}${suffixes[(index + at) % suffixes.length] ?? ''}`),
  );
  const absolute = goals.flatMap((goal) => [
    `/docs/static//${goal}`,
    `/docs/static/%2f${goal}`,
    `/docs/static/C:\\${goal}`,
    `http://localhost/docs/static/../${goal}`,
    `/docs/static/file:///${goal}`,
  ]);
  return [...new Set([...whole, ...absolute])];
}

describe('the files of the documentation’s page', () => {
  it('are all that any path below it gives', async () => {
    const may = allowed();
    const page = await ask({ target: '/docs/' }, { port: api.port });
    const served = new Set([page?.body, ...may]);
    expect(page?.status).toBe(200);
    const targets = hostileTargets();
    const lanes = Array.from({ length: 16 }, (_, lane) => targets.filter((_target, index) => index % 16 === lane));
    await Promise.all(
      lanes.map(async (lane) => {
        for (const target of lane) {
          const answer = await ask({ target: Buffer.from(target).toString('latin1') }, { port: api.port });
          const isFine =
            answer !== undefined && answer.status < 500 && (answer.status >= 300 || served.has(answer.body));
          tally.count(isFine ? undefined : `${target}: ${String(answer?.status)} ${answer?.body.slice(0, 80) ?? ''}`);
        }
      }),
    );
    expect(tally.failures).toEqual([]);
  });

  it('are not listed', async () => {
    for (const target of ['/docs/static', '/docs/static/', '/docs/static/.', '/docs/static/%2e']) {
      const answer = await ask({ target }, { port: api.port });
      await tally.piece(() => expect(answer?.body).not.toContain('.map'));
    }
  });
});
