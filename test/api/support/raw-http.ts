import { connect } from 'node:net';

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; several values of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Everything that came back on one connection. */
export interface RawExchange {
  readonly answers: readonly RawAnswer[];
  /** What came after the last whole answer. */
  readonly rest: string;
  readonly ending: 'closed' | 'reset' | 'enough' | 'silent';
  readonly durationMs: number;
}

export interface ExchangeOptions {
  readonly port: number;
  readonly localAddress?: string;
  /** The connection is ended as soon as so many answers have come. @default until the server closes it */
  readonly enough?: number;
  /** After so long without an end the connection is given up as silent. @default 20 seconds */
  readonly patienceMs?: number;
  /** Whether the answers to HEAD requests are expected, which have no body. */
  readonly isHead?: boolean;
  /** Whether nothing more will be sent, which the server is told. @default false */
  readonly isEnded?: boolean;
}

/** Sends bytes on a connection of their own and reads what comes back. */
export async function exchange(bytes: string | Buffer, options: ExchangeOptions): Promise<RawExchange> {
  const { port, localAddress, enough = Infinity, patienceMs = 20_000, isHead = false, isEnded = false } = options;
  const startedMs = performance.now();
  const socket = connect({ port, host: '127.0.0.1', ...(localAddress === undefined ? {} : { localAddress }) });
  const { promise, resolve } = Promise.withResolvers<RawExchange['ending']>();
  const chunks: Buffer[] = [];
  const read = (): ReturnType<typeof parsedAnswers> => parsedAnswers(Buffer.concat(chunks), isHead);
  const timer = setTimeout(() => resolve('silent'), patienceMs);
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (enough !== Infinity && read().answers.length >= enough) resolve('enough');
  });
  socket.once('error', () => resolve('reset'));
  socket.once('close', () => resolve('closed'));
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  if (isEnded) socket.end();
  const ending = await promise;
  clearTimeout(timer);
  socket.destroy();
  return { ...read(), ending, durationMs: performance.now() - startedMs };
}

/** One request, which closes its connection. */
export interface RawRequest {
  readonly method?: string;
  readonly target: string;
  /** Lines of headers besides Host, Connection and Content-Length. */
  readonly headers?: readonly string[];
  readonly host?: string;
  readonly body?: string;
}

/** The bytes of a request. */
export function requestText({ method = 'GET', target, headers = [], host = 'localhost', body }: RawRequest): string {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...length, ...headers];
  return `${lines.join('\r\n')}\r\n\r\n${Buffer.from(body ?? '').toString('latin1')}`;
}

/** Sends one request and reads its answer; undefined when the connection ended without one. */
export async function ask(request: RawRequest, options: ExchangeOptions): Promise<RawAnswer | undefined> {
  const isHead = request.method === 'HEAD';
  const { answers } = await exchange(requestText(request), { isHead, enough: 1, ...options });
  return answers[0];
}

/** Splits what came into answers. O(length) for each call. */
function parsedAnswers(bytes: Buffer, isHead = false): { answers: readonly RawAnswer[]; rest: string } {
  const answers: RawAnswer[] = [];
  let text = bytes.toString('latin1');
  for (;;) {
    const found = firstAnswer(text, isHead);
    if (!found) return { answers, rest: text };
    if (found.answer.status >= 200) answers.push(found.answer);
    text = text.slice(found.length);
  }
}

function firstAnswer(text: string, isHead: boolean): { answer: RawAnswer; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (end === -1 || status === undefined) return undefined;
  const headers = headersOf(text.slice(0, end));
  const start = end + 4;
  const hasBody = !isHead && Number(status) >= 200 && Number(status) !== 204;
  const body = hasBody ? bodyAt(text.slice(start), headers) : { text: '', length: 0 };
  if (!body) return undefined;
  const answer = { status: Number(status), headers, body: Buffer.from(body.text, 'latin1').toString('utf8') };
  return { answer, length: start + body.length };
}

function headersOf(head: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const line of head.split('\r\n').slice(1)) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

function bodyAt(text: string, headers: Readonly<Record<string, string>>): { text: string; length: number } | undefined {
  if (headers['transfer-encoding'] === 'chunked') return chunkedBody(text);
  const length = Number(headers['content-length'] ?? text.length);
  return text.length < length ? undefined : { text: text.slice(0, length), length };
}

function chunkedBody(text: string): { text: string; length: number } | undefined {
  let body = '';
  let at = 0;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (text.length < lineEnd + 4 + size) return undefined;
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 4 + size;
    if (size === 0) return { text: body, length: at };
  }
}
