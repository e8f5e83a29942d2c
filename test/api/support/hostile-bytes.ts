import type { Dice } from '../../faults/support/dice.ts';

/** What hostile requests are made around. */
export interface FuzzGround {
  readonly targets: readonly string[];
  readonly methods: ReadonlyMap<string, string>;
  /** The header of a login that is right. */
  readonly login: string;
}

/** One to a few requests as bytes. */
export interface HostileBytes {
  readonly bytes: Buffer;
  /** Whether it is one HEAD request, whose answer has no body. */
  readonly isHead: boolean;
}

/** Requests that are wrong in up to a few ways, often otherwise right and with a right login: the same for the same dice. */
export function hostileBytes(dice: Dice, ground: FuzzGround): HostileBytes {
  const isHead = dice.chance(0.02);
  if (isHead) return { bytes: latin(request(dice, { ground, method: 'HEAD', body: '' })), isHead };
  const count = dice.chance(0.15) ? dice.between(2, 8) : 1;
  const parts = Array.from({ length: count }, () => request(dice, { ground }));
  const whole = latin(parts.join(''));
  if (dice.chance(0.1)) return { bytes: whole.subarray(0, dice.between(1, whole.length)), isHead };
  if (dice.chance(0.1)) return { bytes: flipped(dice, whole), isHead };
  return { bytes: whole, isHead };
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

function pick<Item>(dice: Dice, items: readonly [Item, ...Item[]]): Item {
  return items[dice.between(0, items.length - 1)] ?? items[0];
}

function flipped(dice: Dice, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = dice.between(1, 8); count > 0; count -= 1) {
    copy[dice.between(0, copy.length - 1)] = dice.between(0, 255);
  }
  return copy;
}

interface Wanted {
  readonly ground: FuzzGround;
  readonly method?: string;
  readonly body?: string;
}

function request(dice: Dice, { ground, method, body = bodyText(dice) }: Wanted): string {
  const target = dice.chance(0.5)
    ? (ground.targets[dice.between(0, ground.targets.length - 1)] ?? '/')
    : hostileTarget(dice, ground);
  // HEAD only where the caller knows that an answer without a body comes.
  const verb = method ?? (dice.chance(0.7) ? (ground.methods.get(target) ?? 'POST') : hostileMethod(dice));
  const headers = [
    ...hostHeaders(dice),
    ...(dice.chance(0.5) ? [`Authorization: ${ground.login}`] : loginHeaders(dice)),
    ...contentHeaders(dice, body),
    ...otherHeaders(dice),
  ];
  const line = mostly(dice, '\r\n', ['\n', '\r', '\n\r', '\r\r\n']);
  const version = mostly(dice, 'HTTP/1.1', ['HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'HTTP', 'http/1.1', '']);
  return `${verb} ${target} ${version}${line}${headers.join(line)}${line}${line}${framed(dice, headers, body)}`;
}

function mostly(dice: Dice, usual: string, others: readonly [string, ...string[]]): string {
  return dice.chance(0.96) ? usual : pick(dice, others);
}

function hostHeaders(dice: Dice): readonly string[] {
  if (dice.chance(0.05)) return [];
  return [`Host: ${dice.chance(0.9) ? 'localhost' : noise(dice)}`];
}

const methods = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'QUERY',
  'get',
  'G\0ET',
  'GETT',
  '',
  'M-SEARCH',
  'PRI',
] as const;

function hostileMethod(dice: Dice): string {
  return dice.chance(0.02) ? 'CONNECT' : pick(dice, methods);
}

const pieces = [
  '/',
  '//',
  '%',
  '%2',
  '%00',
  '%2f',
  '%2e%2e',
  '%ff%fe',
  '%c0%ae',
  '..',
  ';',
  '?',
  '#',
  '&',
  '=',
  '[]',
  '[__proto__]',
  '__proto__',
  'constructor',
  '\\',
  '*',
  ':',
  '@',
  '1',
  '-1',
  '0',
  '9007199254740993',
  '1e3',
  'NaN',
  ' ',
  '\t',
  '\0',
  '\x7f',
  '\xe4',
  '<script>',
  '${1}',
  "'",
  '"',
  'http://evil.example',
  'page=0',
  'page=1&page=2',
  'size=2001',
  'sort=,',
  'sort=__proto__,asc',
  'status=toString',
  'keyword=%F0%9F',
] as const;

function hostileTarget(dice: Dice, { targets }: FuzzGround): string {
  const base = targets[dice.between(0, targets.length - 1)] ?? '/';
  const extra = Array.from({ length: dice.between(0, 5) }, () => pick(dice, pieces)).join('');
  switch (dice.between(0, 6)) {
    case 0:
      return extra;
    case 1:
      return `http://localhost${base}${extra}`;
    case 2:
      return `${base}?${extra}`;
    case 3:
      return base.replace(/1/, () => extra || '1');
    case 4:
      return `${base}/${noise(dice)}`;
    case 5:
      return dice.chance(0.1) ? `/${'x'.repeat(dice.between(7_000, 40_000))}` : `/${extra}${base}`;
    default:
      return `${base}${extra}`;
  }
}

function loginHeaders(dice: Dice): readonly string[] {
  return pick<readonly string[]>(dice, [
    [],
    [`Authorization: ${noise(dice)}`],
    [`Authorization: Basic ${Buffer.from(noise(dice), 'latin1').toString('base64')}`],
    [`Authorization: Basic ${'A'.repeat(dice.between(0, 6_000))}`],
    [`Authorization: OCP-ACCESS-KEY-HMACSHA1 ${noise(dice)}:${'A'.repeat(27)}=`, `Date: ${noise(dice)}`],
    [`Authorization: OCP-ACCESS-KEY-HMACSHA1 abc:${'A'.repeat(27)}=`, `Date: ${new Date().toUTCString()}`],
  ]);
}

const types = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;;',
  'application/json\t; x',
  'APPLICATION/JSON',
  'text/plain',
  'multipart/form-data; boundary=',
  'application/x-www-form-urlencoded',
  '',
  ';',
  'a',
  '/',
  'application/json, text/html',
  'application/json; charset=utf-16le',
  '__proto__',
  'constructor/prototype',
] as const;

function contentHeaders(dice: Dice, body: string): readonly string[] {
  const type = dice.chance(0.6) ? ['Content-Type: application/json'] : [`Content-Type: ${pick(dice, types)}`];
  const length = `Content-Length: ${body.length}`;
  if (dice.chance(0.75)) return body === '' ? type : [...type, length];
  const other = pick<readonly string[]>(dice, [
    ['Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', length],
    ['Transfer-Encoding: gzip, chunked'],
    ['Transfer-Encoding: identity'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    ['Content-Length: -1'],
    ['Content-Length: 1e3'],
    ['Content-Length: 99999999999999999999'],
    [`Content-Length: +${body.length}`],
    [length, `Content-Length: ${body.length + 1}`],
    [`Content-Length: ${body.length + dice.between(-3, 3)}`],
    ['Content-Encoding: gzip', length],
    [],
  ]);
  return [...type, ...other];
}

function otherHeaders(dice: Dice): readonly string[] {
  if (dice.chance(0.6)) return [];
  return pick<() => readonly string[]>(dice, [
    () => Array.from({ length: 300 }, (_, index) => `X-H${index}: ${index}`),
    () => [`X-Long: ${'x'.repeat(dice.between(1, 20_000))}`],
    () => [`${noise(dice)}: ${noise(dice)}`],
    () => ['Expect: 100-continue'],
    () => [`Expect: ${noise(dice)}`],
    () => ['Connection: Upgrade', 'Upgrade: websocket'],
    () => ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: '],
    () => [' folded: header'],
    () => ['X-A: b', '\tfolded'],
    () => [`Idempotency-Key: ${noise(dice)}`],
    () => [`Origin: ${noise(dice)}`],
    () => ['Connection: close'],
    () => ['X-HTTP-Method-Override: DELETE', 'X-Forwarded-For: ::1', 'X-Original-URL: /healthz'],
    () => ['__proto__: 1', 'constructor: 2'],
    () => [`Accept: ${noise(dice)}`, 'Accept-Version: 9', 'Range: bytes=0-', 'If-None-Match: *'],
  ])();
}

const bodies = [
  '{}',
  '[]',
  'null',
  '""',
  '0',
  '{',
  '{"zoneName":"zone1","servers":[1]}',
  '{"zoneName":"zone9","servers":[99]}',
  '{"zoneName":"zone1","servers":[1],"x":1}',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"zoneName":{"toString":1},"servers":1}',
  '{"servers":[1e999,-1,1.5,9007199254740993]}',
  '{"zoneName":"\\u0000","servers":["1"]}',
  '{"a":1,"a":2}',
  '\ufeff{}',
  '{"zoneName":"\\ud800"}',
  '\xff\xfe',
  'a=b',
  '{"zoneName":"zone1","servers":[2],"clientToken":"12345678"}',
] as const;

function bodyText(dice: Dice): string {
  if (dice.chance(0.3)) return '';
  if (dice.chance(0.03)) return pick(dice, ['[', '{"a":']).repeat(dice.between(60, 3_000));
  return dice.chance(0.9) ? pick(dice, bodies) : noise(dice);
}

function framed(dice: Dice, headers: readonly string[], body: string): string {
  if (!headers.some((header) => header.startsWith('Transfer-Encoding')) || dice.chance(0.2)) return body;
  const size = dice.chance(0.8)
    ? body.length.toString(16)
    : pick(dice, ['g', '-1', 'fffffffffffffffff', '0x1', '', '1;ext=x']);
  return `${size}\r\n${body}\r\n${dice.chance(0.9) ? '0\r\n\r\n' : noise(dice)}`;
}

function noise(dice: Dice): string {
  return Array.from({ length: dice.between(0, 24) }, () => String.fromCharCode(dice.between(0, 255))).join('');
}
