import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RefusedError, serializeError } from '../../src/errors/index.ts';
import type { JsonValue } from '../../src/json/index.ts';
import { createScrubber } from '../../src/secrets/index.ts';

const awkward = `p'ä s"s/w<>&\\rd+`;

describe('a scrubber', () => {
  it('changes nothing while it knows nothing', () => {
    const value = { text: 'hunter2' };
    expect(createScrubber().text('hunter2')).toBe('hunter2');
    expect(createScrubber().json(value)).toBe(value);
  });

  it('masks a known value wherever it stands', () => {
    const scrubber = createScrubber(['hunter2']);
    expect(scrubber.text('a hunter2, hunter2hunter2 and hunter3')).toBe('a [secret], [secret][secret] and hunter3');
  });

  it('masks values that are added later, and takes the same value twice', () => {
    const scrubber = createScrubber(['hunter2']);
    scrubber.add('swordfish');
    scrubber.add('swordfish');
    expect(scrubber.text('hunter2 swordfish')).toBe('[secret] [secret]');
  });

  it('masks the longer of two values that begin alike, and both of two that overlap', () => {
    const scrubber = createScrubber(['abcdef', 'abcdefghi', 'hijklm']);
    expect(scrubber.text('-abcdefghi-')).toBe('-[secret]-');
    expect(scrubber.text('-abcdefghijklm-')).toBe('-[secret]-');
  });

  it.each<[string, string, string]>([
    ['base64', Buffer.from(awkward).toString('base64'), '[secret]'],
    ['base64url', Buffer.from(awkward).toString('base64url'), '[secret]'],
    ['base64 in a URL', `?key=${encodeURIComponent(Buffer.from(awkward).toString('base64'))}`, '?key=[secret]'],
    ['hex in lower case', Buffer.from(awkward).toString('hex'), '[secret]'],
    ['hex in upper case', Buffer.from(awkward).toString('hex').toUpperCase(), '[secret]'],
    ['a URL component', `?p=${encodeURIComponent(awkward)}&q`, '?p=[secret]&q'],
    ['a URL component in lower case', 'p%27%c3%a4%20s%22s%2fw%3c%3e%26%5crd%2b', '[secret]'],
    ['a form', 'p=p%27%C3%A4+s%22s%2Fw%3C%3E%26%5Crd%2B', 'p=[secret]'],
    ['JSON', `{"p":"p'ä s\\"s/w<>&\\\\rd+"}`, '{"p":"[secret]"}'],
    ['JSON in ASCII', `{"p":"p'\\u00e4 s\\"s/w<>&\\\\rd+"}`, '{"p":"[secret]"}'],
    ['JSON made for HTML', `{"p":"p'ä s\\"s/w\\u003c\\u003e\\u0026\\\\rd+"}`, '{"p":"[secret]"}'],
    ['JSON inside JSON', JSON.stringify(JSON.stringify({ p: awkward })), '"{\\"p\\":\\"[secret]\\"}"'],
    ['a shell word', `-p'p'\\''ä s"s/w<>&\\rd+'`, `-p'[secret]'`],
    ['a shell word inside JSON', JSON.stringify(`-p'p'\\''ä s"s/w<>&\\rd+'`), `"-p'[secret]'"`],
    ['a shell word in double quotes', `-p"p'ä s\\"s/w<>&\\\\rd+"`, '-p"[secret]"'],
    ['HTML', `<b>p&#39;ä s&quot;s/w&lt;&gt;&amp;\\rd+</b>`, '<b>[secret]</b>'],
    ['SQL', `IDENTIFIED BY 'p''ä s"s/w<>&\\rd+'`, `IDENTIFIED BY '[secret]'`],
    ['SQL with backslashes', `IDENTIFIED BY 'p\\'ä s\\"s/w<>&\\\\rd+'`, `IDENTIFIED BY '[secret]'`],
  ])('masks a value in %s', (_, text, expected) => {
    expect(createScrubber([awkward]).text(text)).toBe(expected);
  });

  it.each([0, 1, 2])('masks the core of a value that starts %i bytes into base64 text', (shift) => {
    const text = Buffer.from(`${'u:'.slice(0, shift)}swordfish!`).toString('base64');
    const core = /^.{0,3}\[secret\].{0,4}$/;
    expect(createScrubber(['swordfish']).text(text)).toMatch(core);
  });

  it('masks a private key whole, line by line, and in base64 that was broken into lines', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const scrubber = createScrubber([pem]);
    expect(scrubber.text(`cat key\n${pem}done`)).toBe('cat key\n[secret]done');
    expect(scrubber.text(pem.trimEnd())).toBe('[secret]');
    for (const line of pem.split('\n').slice(1, -3)) expect(scrubber.text(`> ${line}`)).toBe('> [secret]');
    const wrapped = Buffer.from(pem)
      .toString('base64')
      .replace(/.{76}(?=.)/g, '$&\n    ');
    expect(scrubber.text(`key:\n    ${wrapped}\nend`)).toBe('key:\n    [secret]\nend');
    expect(scrubber.text(JSON.stringify({ wrapped }))).toBe('{"wrapped":"[secret]"}');
  });

  it("leaves a PEM file's frame alone, which other files have too", () => {
    const scrubber = createScrubber(['-----BEGIN X-----\nabcdefghijklmnopqrstuvwxyz\n-----END X-----\n']);
    expect(scrubber.text('-----BEGIN X-----\npublic\n-----END X-----\n')).toBe(
      '-----BEGIN X-----\npublic\n-----END X-----\n',
    );
  });

  it('masks keys, texts and numbers of JSON, and keeps the order of keys', () => {
    const scrubber = createScrubber(['hunter2', '8675309']);
    const value = { b: ['x hunter2', 8675309, 1, true, null], hunter2: { a: {} }, a: 'plain' };
    const masked = { b: ['x [secret]', '[secret]', 1, true, null], '[secret]': { a: {} }, a: 'plain' };
    expect(JSON.stringify(scrubber.json(value))).toBe(JSON.stringify(masked));
  });

  it('keeps keys apart that become equal, and keys with a meaning to JavaScript', () => {
    const value = JSON.parse('{"hunter2":1,"swordfish":2,"__proto__":{"constructor":"hunter2"}}') as JsonValue;
    const masked = createScrubber(['hunter2', 'swordfish']).json(value);
    expect(JSON.stringify(masked)).toBe('{"[secret]":1,"[secret]#2":2,"__proto__":{"constructor":"[secret]"}}');
  });

  it('masks JSON of any depth without overflowing the stack', () => {
    let deep: JsonValue = 'hunter2';
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    let masked = createScrubber(['hunter2']).json(deep);
    while (Array.isArray(masked)) masked = (masked as readonly JsonValue[])[0] ?? null;
    expect(masked).toBe('[secret]');
  });

  it('masks every part of an error', () => {
    const error = serializeError(new Error('sh -c "login hunter2" failed', { cause: new TypeError('hunter2?') }));
    expect(createScrubber(['hunter2']).error({ ...error, details: { command: ['login', 'hunter2'] } })).toEqual({
      code: 'UNEXPECTED',
      message: 'sh -c "login [secret]" failed',
      details: { command: ['login', '[secret]'] },
      cause: { code: 'UNEXPECTED', message: '[secret]?' },
    });
  });

  it('refuses values that are too short or too long to be kept out, without telling them', () => {
    const scrubber = createScrubber();
    expect(() => scrubber.add('abc')).toThrow(RefusedError);
    expect(() => scrubber.add('abc')).toThrow(expect.objectContaining({ code: 'SECRET_TOO_SHORT' }));
    expect(() => scrubber.add('abc')).not.toThrow('abc');
    expect(() => scrubber.add('x'.repeat(65_537))).toThrow(expect.objectContaining({ code: 'SECRET_TOO_LONG' }));
    expect(scrubber.text('abc')).toBe('abc');
    scrubber.add('abcd');
    scrubber.add('x'.repeat(65_536));
  });
});
