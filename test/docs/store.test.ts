import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { printedByPrecede, sessionsOf } from './examples.ts';

const markdown = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'precede-docs-'));
const store = gunzipSync(readFileSync(new URL('../store/golden/v3.db.gz', import.meta.url)));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Times, sizes and places are those of whoever tries it. */
function withoutOwnFacts(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/\d+(?:\.\d)? (?:[KMGT]i)?B/g, 'SIZE')
    .replaceAll(/\/\S+\/(?=[\w.-]+\.db)/g, 'FOLDER/');
}

describe('docs/store.md', { timeout: 60_000 }, () => {
  it('prints what its command lines say, one after the other', async () => {
    writeFileSync(join(folder, 'runs.db'), store, { mode: 0o600 });
    const sessions = sessionsOf(markdown);
    expect(sessions.length).toBeGreaterThanOrEqual(5);
    for (const { command, printed } of sessions) {
      const { text } = await printedByPrecede(command.replace('precede ', '').split(' '), folder);
      expect(withoutOwnFacts(text)).toBe(withoutOwnFacts(printed));
    }
    expect(existsSync(join(folder, 'runs-copy.db'))).toBe(true);
  });

  it('ends with the codes that it names: sound, damaged, refused', async () => {
    const file = join(folder, 'damaged.db');
    const bytes = Buffer.from(store);
    bytes.fill(0xff, 4_096 * 4, 4_096 * 5);
    writeFileSync(file, bytes);
    const statusOf = async (...args: string[]) => (await printedByPrecede(args, folder)).status;
    expect(await statusOf('store', 'check', '--store', 'runs.db')).toBe(0);
    expect(await statusOf('store', 'check', '--store', 'damaged.db')).toBe(1);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(await statusOf('store', 'backup', 'copy.db', '--store', 'damaged.db')).toBe(2);
    expect(existsSync(join(folder, 'copy.db'))).toBe(false);
    for (const refused of [
      ['store', 'check'],
      ['prune', '--keep', '1'],
      ['store', 'backup', 'x.db'],
    ])
      expect(await statusOf(...refused, '--store', 'none.db')).toBe(2);
    expect(await statusOf('prune', '--store', 'runs.db')).toBe(2);
    expect(await statusOf('prune', '--keep', '1', '--state', 'RUNNING', '--store', 'runs.db')).toBe(2);
  });

  it('prints JSON that says the same', async () => {
    writeFileSync(join(folder, 'json.db'), store);
    const json = async (...args: string[]) =>
      JSON.parse((await printedByPrecede([...args, '--store', 'json.db', '--format', 'json'], folder)).text) as unknown;
    expect(await json('store', 'check')).toMatchObject({ version: 3, runs: 4, problems: [] });
    expect(await json('store', 'backup', 'json-copy.db')).toMatchObject({
      runs: 4,
      file: join(folder, 'json-copy.db'),
    });
    const removed = [
      { id: 1, state: 'SUCCESS' },
      { id: 2, state: 'FAILED' },
    ];
    expect(await json('prune', '--keep', '1', '--dry-run')).toMatchObject({ isDryRun: true, removed });
    expect(await json('prune', '--keep', '1')).toMatchObject({ isDryRun: false, removed, freeBytes: 0 });
    expect(await json('store', 'check')).toMatchObject({ runs: 2, problems: [] });
  });
});
