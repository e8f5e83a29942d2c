import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedBy, requestSignature, type SignedRequest } from '../../src/ocp/request-signature.ts';
import { readSignatureHeader, signatureDateMs } from '../../src/ocp/signature-header.ts';

const secretKey = '2fc0c299cc94c6be266f2ceece765d4d';

const post: SignedRequest = {
  method: 'POST',
  body: Buffer.from('{"name":"test01","description":"test","regionId":1}'),
  contentType: 'application/json',
  date: 'Tue, 17 Jan 2023 09:13:57 GMT',
  host: 'ocp.alibaba.net:8080',
  headers: { 'x-ocp-data': 'A,1', accept: '*/*' },
  path: '/api/v2/compute/idcs',
  query: [],
};

const get: SignedRequest = {
  ...post,
  method: 'GET',
  body: Buffer.alloc(0),
  contentType: 'application/json;charset=utf-8',
  date: 'Tue, 17 Jan 2023 04:14:02 GMT',
  headers: {},
  query: [['size', '100']],
};

/** The signature of the seven parts, written out by hand. */
function signatureOf(...parts: readonly string[]): string {
  return createHmac('sha1', secretKey).update(parts.join('\n')).digest('base64');
}

describe('the signature of a request', () => {
  it('is the published one for a request with a body and a header', () => {
    expect(createHash('md5').update(post.body).digest('hex').toUpperCase()).toBe('186974DB33A090A16D3E2CA35F547B56');
    expect(requestSignature(post, secretKey)).toBe('XN8P+O+v3vUabB16ZCooq5wMJoY=');
  });

  it('is the published one for a request with a query', () => {
    expect(requestSignature(get, secretKey)).toBe('TsQD6HDOuZuJ409m0wdnZPmijlc=');
  });

  const head = [
    ...['GET', '', 'application/json;charset=utf-8'],
    ...['Tue, 17 Jan 2023 04:14:02 GMT', 'ocp.alibaba.net:8080'],
  ];

  it.each([
    { query: 'b=2&a=1&B=3', target: '?B=3&a=1&b=2', why: 'keys are sorted' },
    { query: 'a=2&b=0&a=10', target: '?a=10,2&b=0', why: 'several values are sorted and joined' },
    {
      query: "q=%20~!'()*/:%2B,",
      target: '?q=%20~%21%27%28%29%2A%2F%3A%2B%2C',
      why: 'all but the unreserved is encoded',
    },
    { query: 'name=z%C3%BCrich&x', target: '?name=z%C3%BCrich&x=', why: 'bytes of UTF-8, and no value' },
    { query: '', target: '', why: 'no query has no question mark' },
  ])('has the query $query as $target: $why', ({ query, target }) => {
    const asked = { ...get, query: new URLSearchParams(query) };
    expect(requestSignature(asked, secretKey)).toBe(signatureOf(...head, '', `/api/v2/compute/idcs${target}`));
  });

  it('has the headers of OCP by lower-cased name in order, their values as they were sent', () => {
    const headers = { 'X-OCP-Zone': 'z', 'x-ocp-a': ['2', '1'], 'x-ocp': 'no', 'X-Ocp-Data': 'B,A', date: 'no' };
    const lines = 'x-ocp-a:2,1\nx-ocp-data:B,A\nx-ocp-zone:z';
    expect(requestSignature({ ...get, headers, query: [] }, secretKey)).toBe(
      signatureOf(...head, lines, '/api/v2/compute/idcs'),
    );
  });

  it('is another one when any part of the request is', () => {
    const others: readonly Partial<SignedRequest>[] = [
      ...[{ method: 'PUT' }, { body: Buffer.from('{}') }, { contentType: '' }, { date: '' }, { host: 'other' }],
      ...[{ headers: {} }, { path: '/api/v2/compute/idcs/' }, { query: [['a', '']] as const }],
    ];
    const signature = requestSignature(post, secretKey);
    expect(isSignedBy(post, { signature, secretKey })).toBe(true);
    for (const other of others) expect(isSignedBy({ ...post, ...other }, { signature, secretKey })).toBe(false);
    expect(isSignedBy(post, { signature, secretKey: 'f'.repeat(32) })).toBe(false);
    for (const wrong of ['', signature.slice(1), `${signature}=`, 'XN8P+O+v3vUabB16ZCooq5wMJoZ='])
      expect(isSignedBy(post, { signature: wrong, secretKey })).toBe(false);
  });
});

describe('the header of a signed request', () => {
  const signature = 'XN8P+O+v3vUabB16ZCooq5wMJoY=';

  it('names the access key and the signature', () => {
    const read = { accessKey: 'cqammmxBpfGjFlto', signature };
    expect(readSignatureHeader(`OCP-ACCESS-KEY-HMACSHA1 cqammmxBpfGjFlto:${signature}`)).toEqual(read);
    expect(readSignatureHeader(`ocp-access-key-hmacsha1 cqammmxBpfGjFlto:${signature}`)).toEqual(read);
  });

  it.each([
    '',
    'OCP-ACCESS-KEY-HMACSHA1',
    `OCP-ACCESS-KEY-HMACSHA1 :${signature}`,
    `OCP-ACCESS-KEY-HMACSHA1 key:${signature}x`,
    `OCP-ACCESS-KEY-HMACSHA1 key:${signature} `,
    `OCP-ACCESS-KEY-HMACSHA1 key:${signature.slice(0, -1)}`,
    `OCP-ACCESS-KEY-HMACSHA1 k y:${signature}`,
    `Basic key:${signature}`,
    `OCP-ACCESS-KEY-HMACSHA1${' '.repeat(1_000_000)}key`,
  ])('is none when it is written otherwise: %.60s', (text) => {
    expect(readSignatureHeader(text)).toBeUndefined();
  });
});

describe('the date of a signed request', () => {
  it('is an instant', () => {
    expect(signatureDateMs('Tue, 17 Jan 2023 09:13:57 GMT')).toBe(Date.UTC(2023, 0, 17, 9, 13, 57));
    expect(signatureDateMs('Tue, 3 Jan 2023 09:13:57 GMT')).toBe(Date.UTC(2023, 0, 3, 9, 13, 57));
    expect(signatureDateMs('Thu, 29 Feb 2024 00:00:00 GMT')).toBe(Date.UTC(2024, 1, 29));
  });

  it.each([
    '',
    'Wed, 17 Jan 2023 09:13:57 GMT',
    'Thu, 29 Feb 2023 00:00:00 GMT',
    'Tue, 17 Jan 2023 24:00:00 GMT',
    'Tue, 17 Jan 2023 09:13:60 GMT',
    'Tue, 17 Jan 2023 09:13:57 UTC',
    'Tue, 17 Jan 2023 09:13:57 GMT+8',
    'Tue, 17 JAN 2023 09:13:57 GMT',
    '2023-01-17T09:13:57Z',
    ' Tue, 17 Jan 2023 09:13:57 GMT',
  ])('is none when it is written otherwise, or on no calendar: %s', (text) => {
    expect(signatureDateMs(text)).toBeUndefined();
  });
});
