import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { utils } from 'ssh2';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observe/index.ts';
import { createScrubber } from '../../src/secrets/index.ts';
import { emptyDirectory, precede } from '../e2e/support/precede.ts';
import { basic } from '../server/support/open-api.ts';
import { CaseTally } from './support/case-tally.ts';
import { ask, exchange, requestText } from './support/raw-http.ts';
import { serveApi } from './support/served-api.ts';
import { serveProcess } from './support/serve-process.ts';
import { signedHeaders } from './support/signed-headers.ts';
import { Writable } from 'node:stream';

const tally = new CaseTally('S12 secret canaries');
const canary = (): string => `canary-${randomBytes(12).toString('hex')}`;
const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

/** The spellings in which a secret could stand somewhere. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(secret),
    json,
    JSON.stringify(json).slice(1, -1),
  ];
}

function expectNone(
  secrets: Readonly<Record<string, string>>,
  artefacts: Readonly<Record<string, string | Buffer>>,
): void {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const [place, content] of Object.entries(artefacts)) {
      const hits = spellings(secret).filter((spelling) => content.includes(spelling));
      tally.count(hits.length === 0 ? undefined : `${name} in ${place}: ${hits.join(' ')}`);
    }
  }
  expect(tally.failures).toEqual([]);
}

function filesOf(directory: string, except: (name: string) => boolean): Readonly<Record<string, Buffer>> {
  const names = readdirSync(directory).filter((name) => !except(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name))]));
}

function place() {
  const cwd = emptyDirectory();
  const secrets = {
    database: canary(),
    admin: canary(),
    user: canary(),
    wrong: canary(),
    query: canary(),
    junk: canary(),
  };
  const { private: privateKey } = utils.generateKeyPairSync('ed25519');
  const keyLine =
    privateKey.split('\n').find((line) => line.length > 40 && !line.startsWith('-')) ?? expect.fail('no key');
  const hostKey = utils.generateKeyPairSync('ed25519').public.split(' ').slice(0, 2).join(' ');
  const keep = (name: string, content: string): void => writeFileSync(join(cwd, name), content, { mode: 0o600 });
  keep('ssh.key', privateKey);
  keep('database.password', secrets.database);
  keep('admin.password', secrets.admin);
  keep('user.password', secrets.user);
  keep('package.rpm', 'no package');
  keep('inventory.yaml', inventoryText(hostKey));
  return { cwd, secrets: { ...secrets, sshKey: keyLine } };
}

/** Nobody listens where its host and its database are said to be. */
function inventoryText(hostKey: string): string {
  return `version: 1
defaults:
  hosts: { ssh: { user: admin, key: { file: ssh.key } }, architecture: x86_64, region: r, idc: i }
  packages: { os: el7, architecture: x86_64 }
clusters:
  - id: 1
    name: prod
    obClusterId: 21
    obVersion: 4.3.5.1
    rootServers: [{ ip: 127.0.0.1 }]
    sql: { user: root@sys, password: { file: database.password }, addresses: [{ host: 127.0.0.1, port: 1 }] }
    zones: [{ name: zone1, region: r, idc: i }]
hosts:
  - id: 1
    address: 127.0.0.1
    ssh: { hostKey: ${hostKey}, port: 1 }
packages:
  - url: http://127.0.0.1:1/oceanbase-ce-4.3.5.1-101000042024123456.el7.x86_64.rpm
    sha256: ${'a'.repeat(64)}
    version: 4.3.5.1
`;
}

describe('a server that knows secrets', () => {
  it('shows none in its answers, its log and its store, whatever goes wrong', { timeout: 90_000 }, async () => {
    const { cwd, secrets } = place();
    const store = ['--store', join(cwd, 'kept', 'store.db')];
    const flags = [
      ...store,
      '--inventory',
      'inventory.yaml',
      '--admin-password-file',
      'admin.password',
      '--log-level',
      'debug',
      '--request-limit',
      '0',
    ];
    const server = await serveProcess(flags, cwd);
    closers.push(server.stop);
    const added = await precede(
      ['user', 'add', 'alice', '--role', 'TASK_VIEWER', '--password-file', 'user.password', ...store],
      { cwd },
    );
    expect([added.stderr, added.status]).toEqual(['', 0]);
    const made = await precede(['user', 'key', 'add', 'admin', '--format', 'json', ...store], { cwd });
    const key = JSON.parse(made.stdout) as { accessKey: string; secretKey: string };
    const admin = basic('admin', secrets.admin);
    const answers: string[] = [];
    const send = async (target: string, headers: readonly string[], body?: string): Promise<string> => {
      const answer = await ask(
        {
          method: body === undefined ? 'GET' : 'POST',
          target,
          headers: ['Content-Type: application/json', ...headers],
          ...(body === undefined ? {} : { body }),
        },
        { port: server.port },
      );
      answers.push(JSON.stringify(answer?.headers), answer?.body ?? '');
      return answer?.body ?? '';
    };
    const login = `Authorization: ${admin}`;
    const token = canary();
    const started = await send(
      '/api/v2/ob/clusters/1/servers',
      [login],
      JSON.stringify({ zoneName: 'zone1', servers: [1], clientToken: token }),
    );
    const { data: task } = JSON.parse(started) as { data?: { id: number } };
    if (!task) throw new Error(started);
    let subtasks: readonly { id: number }[] = [];
    const pollsMax = 150;
    for (let poll = 0; poll < pollsMax; poll += 1) {
      const shown = await send(`/api/v2/tasks/instances/${task.id}`, [login]);
      const { data } = JSON.parse(shown) as { data: { status: string; subtasks: { id: number }[] } };
      subtasks = data.subtasks;
      if (data.status !== 'RUNNING') break;
      await delay(100);
    }
    for (const { id } of subtasks) await send(`/api/v2/tasks/instances/${task.id}/subtasks/${id}/log`, [login]);
    await send(`/api/v2/tasks/instances/${task.id}/retry`, [login], '');
    const signed = signedHeaders({ method: 'GET', target: '/api/v2/info', ...key });
    await send('/api/v2/info', [`Authorization: ${signed.authorization}`, `Date: ${signed.date}`]);
    for (const target of [
      '/api/v2/ob/clusters',
      '/api/v2/compute/hosts',
      '/api/v2/software-packages',
      '/api/v2/tasks/instances',
      '/openapi.json',
      '/docs/',
      '/unknown',
    ]) {
      await send(target, [login]);
      await send(target, [`Authorization: ${basic('alice', secrets.user)}`]);
      await send(target, [`Authorization: ${basic('alice', secrets.wrong)}`]);
      await send(target, [`Authorization: Basic ${secrets.junk}!`, `Cookie: ${secrets.junk}`]);
    }
    await send(`/api/v2/unknown`, [login], `{"password":"${secrets.junk}"`);
    await send(
      `/api/v2/ob/clusters/1/servers`,
      [login],
      `{"zoneName":"zone1","servers":[1],"clientToken":["${secrets.junk}"]}`,
    );
    await send(
      `/api/v2/ob/clusters/1/servers`,
      [login, `Idempotency-Key: ${secrets.junk} ${secrets.junk}`],
      '{"zoneName":"zone1","servers":[1]}',
    );
    const broken = requestText({ target: `/api/v2/info?token=${secrets.query}`, headers: [login] }).replace(
      'HTTP/1.1',
      'HTTP/9.9',
    );
    answers.push(...(await exchange(broken, { port: server.port })).answers.map(({ body }) => body));
    await send(`/api/v2/info?secret=${secrets.query}`, [login]);
    await send(`/%zz?secret=${secrets.query}`, [login]);
    const running = filesOf(join(cwd, 'kept'), (name) => name.endsWith('.key'));
    const ended = await server.stop();
    const stopped = filesOf(join(cwd, 'kept'), (name) => name.endsWith('.key'));
    const loginText = admin.slice('Basic '.length);
    const all = {
      ...secrets,
      secretKey: key.secretKey,
      login: loginText,
      userLogin: basic('alice', secrets.user).slice('Basic '.length),
    };
    tally.detail(`${answers.length} heads and bodies of answers, ${ended.stderr.split('\n').length} lines of log`);
    expectNone(all, {
      answers: answers.join('\n'),
      log: ended.stderr,
      output: ended.stdout,
      ...prefixed('running', running),
      ...prefixed('stopped', stopped),
    });
    // The store has to know a token: it tells the same request again by it.
    expectNone({ clientToken: token }, { answers: answers.join('\n'), log: ended.stderr });
    expect(ended.stderr).toContain('"level":20');
  });
});

function prefixed(prefix: string, files: Readonly<Record<string, Buffer>>): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${prefix} ${name}`, content]));
}

describe('a handler that throws a secret', () => {
  it('is answered without it, and logged without what is known to be one', async () => {
    const secret = canary();
    const lines: string[] = [];
    const destination = new Writable({
      write(line: Buffer, _encoding, done) {
        lines.push(line.toString());
        done();
      },
    });
    const { logger } = createLogger({ level: 'debug', destination, scrubber: createScrubber([secret]) });
    const failures = [
      new Error(secret),
      new Error('outer', { cause: new Error(secret) }),
      Object.assign(new Error('x'), { statusCode: 500, secret }),
      secret,
      { message: secret, statusCode: 503 },
    ];
    const api = await serveApi({
      server: { logger },
      prepare: (app) => {
        for (const [index, failure] of failures.entries()) {
          app.route({
            method: 'GET',
            url: `/failing/${index}`,
            config: { access: 'public' },
            handler: async () => Promise.reject(failure as Error),
          });
        }
      },
    });
    closers.push(api.close);
    const answers = await Promise.all(
      failures.map((_failure, index) => ask({ target: `/failing/${index}` }, { port: api.port })),
    );
    await tally.piece(() => expect(answers.map((answer) => answer?.status)).toEqual(failures.map(() => 500)));
    expectNone({ thrown: secret }, { answers: JSON.stringify(answers), log: lines.join('') });
    expect(lines.filter((line) => line.includes('a request failed'))).toHaveLength(failures.length);
  });
});
