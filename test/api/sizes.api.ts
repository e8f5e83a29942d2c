import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyDirectory } from '../e2e/support/precede.ts';
import { basic } from '../server/support/open-api.ts';
import { CaseTally } from './support/case-tally.ts';
import { exchange, requestText, type RawAnswer } from './support/raw-http.ts';
import { password, serveApi, type ServedApi } from './support/served-api.ts';
import { serveProcess } from './support/serve-process.ts';

const tally = new CaseTally('S4 sizes');
const post = '/api/v2/ob/clusters/1/servers';
const json = 'Content-Type: application/json';
const mebibyte = 1_048_576;
let api: ServedApi;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

async function answerTo(bytes: string | Buffer): Promise<RawAnswer> {
  const { answers, ending } = await exchange(bytes, { port: api.port, enough: 1 });
  return answers[0] ?? expect.fail(`no answer, the connection was ${ending}`);
}

function codeOf({ status, body }: RawAnswer): string {
  const { error } = JSON.parse(body) as { error?: { code: string | number } };
  return `${status} ${error?.code ?? ''}`.trim();
}

const posted = (body: string, headers: readonly string[] = []): string =>
  requestText({ method: 'POST', target: post, body, headers: [json, `Authorization: ${api.admin}`, ...headers] });

async function expectCode(bytes: string | Buffer, code: string): Promise<RawAnswer> {
  const answer = await answerTo(bytes);
  await tally.piece(() => expect(codeOf(answer)).toBe(code));
  return answer;
}

function chunked(body: string, size: number): string {
  const head = ['POST', post, 'HTTP/1.1'].join(' ');
  const headers = [
    'Host: localhost',
    json,
    `Authorization: ${api.admin}`,
    'Transfer-Encoding: chunked',
    'Connection: close',
  ];
  const chunks = body.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return `${[head, ...headers].join('\r\n')}\r\n\r\n${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
}

describe('a request of the largest size', () => {
  it.for([mebibyte - 1, mebibyte])('has a body of %i bytes', async (length) => {
    await expectCode(posted('{}'.padEnd(length)), '400 COM10001');
    await expectCode(chunked('{}'.padEnd(length), 60_000), '400 COM10001');
  });

  it('has a URL of 8,192 characters', async () => {
    const target = `/api/v2/info?${'x'.repeat(8_192 - '/api/v2/info?'.length)}`;
    await expectCode(requestText({ target, headers: [`Authorization: ${api.admin}`] }), '400 COM10001');
  });

  it('has headers of 16,384 bytes', async () => {
    const answer = await answerTo(withHeaderBytes(16_384));
    await tally.piece(() => expect(answer.status).toBe(200));
  });

  it('has JSON nested 64 deep', async () => {
    await expectCode(posted('['.repeat(64) + ']'.repeat(64)), '400 COM10001');
    await expectCode(posted('{"a":'.repeat(64) + '1' + '}'.repeat(64)), '400 COM10001');
  });

  it('names 10,000 servers', async () => {
    const servers = Array.from({ length: 10_000 }, (_, index) => index + 1_000);
    const answer = await expectCode(posted(JSON.stringify({ zoneName: 'zone1', servers })), '404 CMP07005');
    expect(answer.body.length).toBeLessThan(100_000);
  });
});

/** A request in which the URL, the names and the values of the headers have so many bytes together. */
function withHeaderBytes(bytes: number): string {
  const fixed = { target: '/healthz', host: 'localhost' };
  const counted = [fixed.target, 'Host', 'localhost', 'Connection', 'close', 'X-Filler'].join('').length;
  return requestText({ ...fixed, headers: [`X-Filler: ${'f'.repeat(bytes - counted)}`] });
}

describe('a request one larger', () => {
  it('is refused with 413 for its body', async () => {
    await expectCode(posted('{}'.padEnd(mebibyte + 1)), '413 COM10003');
    await expectCode(chunked('{}'.padEnd(mebibyte + 1), 60_000), '413 COM10003');
  });

  it('is refused by its declared length, before any of its body has come', async () => {
    const whole = posted('{}'.padEnd(mebibyte + 1));
    await expectCode(whole.slice(0, whole.indexOf('\r\n\r\n') + 4), '413 COM10003');
  });

  it.for([8_193, 12_000, 16_383, 16_384, 20 * 1_024, 100 * 1_024])(
    'is refused with 414 for its URL of %i',
    async (length) => {
      await expectCode(requestText({ target: '/api/v2/info?'.padEnd(length, 'x') }), '414 COM10003');
    },
  );

  it.for([16_385, 20 * 1_024, 100 * 1_024])('is refused with 431 for %i bytes of headers', async (length) => {
    await expectCode(withHeaderBytes(length), '431 COM10003');
  });

  it('is refused with 400 for its depth', async () => {
    const texts = ['['.repeat(65) + ']'.repeat(65), '{"a":'.repeat(65) + '1' + '}'.repeat(65), '['.repeat(500_000)];
    for (const text of texts) await expectCode(posted(text), '400 COM10003');
  });

  it('is refused with 400 for 10,001 servers', async () => {
    const servers = Array.from({ length: 10_001 }, (_, index) => index + 1);
    await expectCode(posted(JSON.stringify({ zoneName: 'zone1', servers })), '400 COM10001');
  });
});

describe('a body of 50 MB in chunks', () => {
  it('is not kept in memory', { timeout: 60_000 }, async () => {
    const cwd = emptyDirectory();
    writeFileSync(`${cwd}/password`, password, { mode: 0o600 });
    const server = await serveProcess(
      ['--store', 'store.db', '--admin-password-file', 'password', '--request-limit', '0'],
      cwd,
    );
    const login = basic('admin', password);
    // What is thrown away makes the heap grow to its working size first; what is kept would make it grow at each round.
    for (const authorization of [login, 'none', login, 'none', login, 'none', login, 'none']) {
      await flood(server.port, authorization);
    }
    const status = `/proc/${String(server.child.pid)}/status`;
    // A password that is hashed takes 32 MiB for itself: none is. From here on the kernel counts the peak anew.
    writeFileSync(`/proc/${String(server.child.pid)}/clear_refs`, '5');
    const before = kilobytes(status, 'VmRSS');
    const codes = [await flood(server.port, login), await flood(server.port, 'none')];
    const grownMb = (kilobytes(status, 'VmHWM') - before) / 1_024;
    await server.stop();
    tally.detail(`50 MB chunked: RSS + ${grownMb.toFixed(1)} MB`);
    await tally.piece(() => expect(grownMb).toBeLessThanOrEqual(20));
    expect(codes).toEqual([413, 401]);
  });
});

function kilobytes(file: string, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(file, 'utf8'))?.[1]);
}

/** Sends it whatever is answered, for as long as the connection takes it. @returns the first answer's status */
async function flood(port: number, authorization: string): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let came = '';
  socket.on('data', (chunk) => (came += chunk.toString('latin1')));
  socket.on('error', () => {});
  socket.once('close', () => resolve(undefined));
  const headers = [`Authorization: ${authorization}`, json, 'Transfer-Encoding: chunked', 'Host: localhost'];
  socket.write(`POST ${post} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
  for (let sent = 0; sent < 50 * mebibyte && !socket.destroyed; sent += 65_536) {
    if (!socket.write(chunk)) await Promise.race([promise, new Promise((drained) => socket.once('drain', drained))]);
  }
  socket.end('0\r\n\r\n');
  await promise;
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(came)?.[1]);
}
