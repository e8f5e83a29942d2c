import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, precede } from './support/precede.ts';
import { expectRefused, refusedIn } from './support/refused.ts';

const timeoutMs = 60_000;

describe.concurrent('a mistake on the command line', () => {
  it.each([
    { what: 'an unknown command', args: ['lst'], code: 'UNKNOWN_COMMAND', words: ["'lst'", 'list'] },
    {
      what: 'an unknown option',
      args: ['run', 'add-ob-server', '--serers', '3'],
      code: 'UNKNOWN_OPTION',
      words: ['--serers', '--servers'],
    },
    { what: 'a missing argument', args: ['show'], code: 'MISSING_ARGUMENT', words: ['run'] },
    { what: 'an argument too many', args: ['list', 'all'], code: 'EXCESS_ARGUMENT', words: [] },
    {
      what: 'an unknown format',
      args: ['plan', 'add-ob-server', '--format', 'xml'],
      code: 'INVALID_ARGUMENT',
      words: ['xml', 'json'],
    },
    {
      what: 'an unknown state',
      args: ['list', '--state', 'BROKEN'],
      code: 'INVALID_ARGUMENT',
      words: ['BROKEN', 'FAILED'],
    },
    {
      what: 'a concurrency of 0',
      args: ['plan', 'add-ob-server', '--concurrency', '0'],
      code: 'INVALID_ARGUMENT',
      words: ['--concurrency', '0'],
    },
    {
      what: 'two kinds of sandbox',
      args: ['run', 'add-ob-server', '--sandbox', '--sandbox-dir', 'd'],
      code: 'CONFLICTING_OPTION',
      words: ['--sandbox-dir'],
    },
    {
      what: 'a fault without a sandbox',
      args: ['run', 'add-ob-server', '--fault', 'host:1=slow'],
      code: 'SANDBOX_FLAG',
      words: ['--fault', '--sandbox'],
    },
    {
      what: 'an unknown fault',
      args: ['run', 'add-ob-server', '--sandbox', '--fault', 'host:1=fire'],
      code: 'INVALID_FAULT',
      words: ['fire', 'disk-full'],
    },
    {
      what: 'a fault of an unknown host',
      args: ['run', 'add-ob-server', '--sandbox', '--fault', 'host:7=slow'],
      code: 'UNKNOWN_HOST',
      words: ['7', '1, 2'],
    },
    {
      what: 'a directory without a sandbox',
      args: ['run', 'add-ob-server', '--sandbox-dir', 'nowhere'],
      code: 'SANDBOX_NOT_RUNNING',
      words: ['nowhere', 'sandbox up'],
    },
    {
      what: 'a parameter without a value',
      args: ['plan', 'add-ob-server', '--parameter', 'memory'],
      code: 'INVALID_PARAMETER',
      words: ['memory'],
    },
  ])(
    'is refused with its code and what to do: $what',
    async ({ args, code, words }) => {
      expectRefused(await refusedIn(emptyDirectory(), args), code, ...words);
    },
    timeoutMs,
  );
});

describe.concurrent('wrong input of add-ob-server', () => {
  const run = ['run', 'add-ob-server', '--sandbox'];

  it.each([
    { what: 'no servers', args: ['--hosts', ''], words: ['INVALID_INPUT', 'servers', 'at least one host'] },
    { what: 'a count of 0', args: ['--servers', '0'], words: ['INVALID_SERVERS', '--hosts'] },
    { what: 'ids where a count stands', args: ['--servers', '1,2'], words: ['INVALID_SERVERS', '--hosts'] },
    { what: 'a host twice', args: ['--hosts', '1,2,1'], words: ['INVALID_INPUT', 'servers.2', 'host 1', 'once'] },
    {
      what: 'words for numbers',
      args: ['--hosts', '1,x', '--cluster', 'main'],
      words: ['servers.1', 'clusterId', 'whole number'],
    },
    { what: 'a zone of two words', args: ['--zone', 'zone 2; drop'], words: ['zoneName', 'letters'] },
    { what: 'a parameter with a comma', args: ['--parameter', 'a=1,b=2'], words: ['startupParameters', 'commas'] },
  ])(
    'is refused before anything is started: $what',
    async ({ args, words }) => {
      const ended = await refusedIn(emptyDirectory(), [...run, ...args]);
      expectRefused(ended, words[0]?.startsWith('INVALID_') ? words[0] : 'INVALID_INPUT', ...words);
    },
    timeoutMs,
  );

  it(
    'is refused with every problem at once when it is JSON of the wrong types',
    async () => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'input.json'), JSON.stringify({ clusterId: '1', servers: 'all', zone: 'zone1' }));
      const ended = await refusedIn(cwd, ['run', 'add-ob-server', '--input', 'input.json']);
      expectRefused(ended, 'INVALID_PLAN', 'clusterId', 'servers', 'zone');
    },
    timeoutMs,
  );

  it(
    'is refused when it is broken JSON, from a file and from standard input',
    async () => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'broken.json'), '{ "clusterId": 1, ');
      expectRefused(
        await refusedIn(cwd, ['run', 'add-ob-server', '--input', 'broken.json']),
        'INVALID_JSON',
        'broken.json',
      );
      expectRefused(
        await refusedIn(cwd, ['run', 'add-ob-server', '--input', '-'], '[1,'),
        'INVALID_JSON',
        'standard input',
      );
      expectRefused(
        await refusedIn(cwd, ['run', 'add-ob-server', '--input', 'none.json']),
        'INPUT_UNREADABLE',
        'none.json',
      );
    },
    timeoutMs,
  );
});

describe.concurrent('a workflow that cannot be had', () => {
  const files: Readonly<Record<string, string>> = {
    'throws.ts': "\nconst port: number = 1;\nthrow new Error('no cluster file');\n",
    'syntax.ts': 'export default {{;\n',
    'nothing.ts': 'export const workflow = 1;\n',
    'other.ts': 'export default { name: "x" };\n',
    'declares.ts':
      "import { defineWorkflow } from 'precede';\nimport { z } from 'zod';\n" +
      "export default defineWorkflow({ name: 'D', version: '1', input: z.object({}), declare() { throw new Error('bad day'); } });\n",
    'broken.json': '{ "name": "x", "tasks": [',
    'wrong.json': '{ "name": "", "tasks": [{ "key": 1 }] }',
    'cycle.json': JSON.stringify({
      name: 'Ring',
      tasks: [
        { key: 'a', upstream: ['c'] },
        { key: 'b', upstream: ['a'] },
        { key: 'c', upstream: ['b', 'nobody'] },
      ],
    }),
    'notes.txt': 'hello',
  };

  it.each([
    { given: 'add-ob-sever', code: 'UNKNOWN_WORKFLOW', words: ['add-ob-sever', 'Did you mean add-ob-server'] },
    { given: './missing.ts', code: 'UNKNOWN_WORKFLOW', words: ['missing.ts'] },
    { given: './notes.txt', code: 'UNKNOWN_WORKFLOW', words: ['notes.txt', '.ts'] },
    { given: './throws.ts', code: 'WORKFLOW_FILE_FAILED', words: ['no cluster file', 'line 3', '--debug'] },
    { given: './syntax.ts', code: 'WORKFLOW_FILE_FAILED', words: ['syntax.ts'] },
    { given: './nothing.ts', code: 'NOT_A_WORKFLOW', words: ['defineWorkflow'] },
    { given: './other.ts', code: 'NOT_A_WORKFLOW', words: ['defineWorkflow'] },
    { given: './declares.ts', code: 'WORKFLOW_FAILED', words: ['bad day'] },
    { given: './broken.json', code: 'INVALID_JSON', words: ['broken.json'] },
    { given: './wrong.json', code: 'INVALID_GRAPH', words: ['"name"', 'tasks[0].key'] },
    { given: './cycle.json', code: 'INVALID_PLAN', words: ['a → b → c → a', 'nobody'] },
  ])(
    'is refused, and no store is made: $given',
    async ({ given, code, words }) => {
      const cwd = emptyDirectory();
      for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
      expectRefused(await refusedIn(cwd, ['run', given]), code, ...words);
    },
    timeoutMs,
  );

  it(
    'shows the stack of what the file threw only when it is asked for',
    async () => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'throws.ts'), files['throws.ts'] ?? '');
      const { stderr, status } = await precede(['plan', './throws.ts', '--debug'], { cwd });
      expect(stderr).toMatch(/throws\.ts:3/);
      const byEnvironment = await precede(['plan', './throws.ts'], { cwd, env: { PRECEDE_DEBUG: '1' } });
      expect(byEnvironment.stderr).toMatch(/^\s+at .*throws\.ts:3/m);
      expect(status).toBe(2);
    },
    timeoutMs,
  );
});
