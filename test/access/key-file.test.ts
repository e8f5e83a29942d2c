import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { openKeyFile } from '../../src/access/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'precede-key-'));
let places = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function newPlace(): { directory: string; file: string } {
  const directory = join(folder, String((places += 1)));
  mkdirSync(directory);
  return { directory, file: join(directory, 'store.db.key') };
}

describe('a key file', () => {
  it('is made once, for its owner alone, and is the same key from then on', () => {
    const { directory, file } = newPlace();
    const key = openKeyFile(file);
    expect(key.export()).toEqual(readFileSync(file));
    expect(key.symmetricKeySize).toBe(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['store.db.key']);
    expect(openKeyFile(file).equals(key)).toBe(true);
    const shown = `${inspect(key)} ${JSON.stringify(key)} ${JSON.stringify({ key })}`;
    for (const encoding of ['hex', 'base64'] as const) expect(shown).not.toContain(key.export().toString(encoding));
  });

  it('is one key for all processes that make it at once', async () => {
    const { directory, file } = newPlace();
    const program = join(import.meta.dirname, 'key-file-process.ts');
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, [program, file], { stdio: 'pipe' }));
    const ends = children.map(async (child) => {
      let printed = '';
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const { promise, resolve } = Promise.withResolvers<undefined>();
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (printed.startsWith('ready ')) resolve(undefined);
      });
      const closed = new Promise((ended) => child.once('close', ended));
      await Promise.race([promise, closed]);
      return async () => {
        child.stdin.end('go');
        await closed;
        return `${printed}${said}`;
      };
    });
    const released = (await Promise.all(ends)).map(async (release) => await release());
    const hex = readFileAfter(await Promise.all(released), file);
    expect(readdirSync(directory)).toEqual(['store.db.key']);
    expect(hex).toHaveLength(64);
  });

  it.each([0o640, 0o604, 0o622, 0o610])('that is open to others is refused, and left as it is: mode %o', (mode) => {
    const { file } = newPlace();
    openKeyFile(file);
    chmodSync(file, mode);
    const before = readFileSync(file);
    const next = expect.stringContaining(`chmod 600 ${file}`);
    expect(() => openKeyFile(file)).toThrow(expect.objectContaining({ code: 'KEY_FILE_REFUSED', next }));
    expect(readFileSync(file)).toEqual(before);
    chmodSync(file, 0o400);
    expect(openKeyFile(file).export()).toEqual(before);
  });

  it.each([0, 31, 33])('of %i bytes is damaged, and is not made anew', (bytes) => {
    const { file } = newPlace();
    writeFileSync(file, Buffer.alloc(bytes, 1), { mode: 0o600 });
    expect(() => openKeyFile(file)).toThrow(expect.objectContaining({ code: 'KEY_FILE_REFUSED' }));
    expect(readFileSync(file)).toHaveLength(bytes);
  });

  it('is refused where none can be', () => {
    const { directory, file } = newPlace();
    execFileSync('mkfifo', ['-m', '600', file]);
    for (const place of [directory, file, join(directory, 'none', 'key'), join(file, 'key'), 'a\0b'])
      expect(() => openKeyFile(place)).toThrow(expect.objectContaining({ code: 'KEY_FILE_REFUSED' }));
    expect(readdirSync(directory)).toEqual(['store.db.key']);
  });
});

/** Each process printed the key that is in the file. */
function readFileAfter(printed: readonly string[], file: string): string {
  const hex = readFileSync(file).toString('hex');
  for (const text of printed) expect(text).toBe(`ready ${hex}`);
  return hex;
}
