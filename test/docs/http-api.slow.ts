import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandsOf, examplesOf, printedBy } from './examples.ts';

const markdown = readFileSync(new URL('../../docs/http-api.md', import.meta.url), 'utf8');
const command = new URL('../../src/cli/precede.js', import.meta.url).pathname;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'precede-docs-')));
const commands = commandsOf(markdown);
const served = 'npx precede serve ';
let server: ChildProcess | undefined;
let url = '';
let store = '';

beforeAll(async () => {
  for (const { command: line } of commands.slice(0, 1)) execFileSync('sh', ['-c', line], { cwd: folder });
  const [, flags = ''] = commands.find(({ command: line }) => line.startsWith(served))?.command.split(served) ?? [];
  const args = [command, 'serve', ...flags.split(' '), '--port', '0', '--log-level', 'error'];
  server = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  if (!server.stdout) throw new Error('The server has no output.');
  const notice = await noticeOf(server.stdout);
  url = notice.url;
  store = notice.store;
}, 60_000);

/** What a server says first: where it listens, and where its store is. */
async function noticeOf(output: Readable): Promise<{ readonly url: string; readonly store: string }> {
  let said = '';
  for await (const line of createInterface({ input: output })) {
    said += `${line}\n`;
    const [, at, place] = /^Serving (\S+)$[^]*^ +store +(\S+)$/m.exec(said) ?? [];
    if (at !== undefined && place !== undefined) return { url: at, store: place };
  }
  throw new Error(`The server ended without saying where it is:\n${said}`);
}

afterAll(async () => {
  if (server?.exitCode === null) {
    const ended = once(server, 'exit');
    expect(existsSync(store)).toBe(true);
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    // As the document says, the playground's store goes with it.
    expect(existsSync(store)).toBe(false);
  }
  rmSync(folder, { recursive: true, force: true });
}, 20_000);

it('docs/http-api.md prints what its command lines say, one after the other', { timeout: 240_000 }, () => {
  const password = readFileSync(join(folder, 'admin.password'), 'utf8');
  const asked = commands.filter(({ command: line }) => line.includes('curl '));
  expect(asked).toHaveLength(19);
  for (const { command: line, printed } of asked) {
    const here = line.replaceAll('http://127.0.0.1:8080', url);
    const text = execFileSync('sh', ['-c', here], {
      env: { ...process.env, PASSWORD: password },
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (printed !== '') expect(text, line).toBe(printed);
  }
});

it('docs/http-api.md names every status and code that the API documents', async () => {
  const answer = await fetch(`${url}/openapi.json`);
  const text = await answer.text();
  const documented = new Set(Array.from(text.matchAll(/"code":"([A-Z]{3}\d{5})"/g), ([, code]) => code));
  expect(documented.size).toBeGreaterThan(20);
  for (const code of documented) expect(markdown).toContain(code);
});

it.each(examplesOf(markdown))('docs/http-api.md prints what it says: $heading', async ({ program, printed }) => {
  expect(await printedBy(program)).toEqual({ status: 0, text: printed });
});
