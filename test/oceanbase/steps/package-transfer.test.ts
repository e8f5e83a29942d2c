import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sh, type PackageRecord } from '../../../src/oceanbase/index.ts';
import { asRoot } from '../../../src/oceanbase/steps/become.ts';
import { bringPackage, removeBroughtPackage } from '../../../src/oceanbase/steps/package-transfer.ts';
import { openSite } from '../../../src/oceanbase/steps/site.ts';
import { endSteps } from '../../../src/oceanbase/steps/step-runner/end-step.ts';
import { server, setupSteps, type StepSetup } from './sandbox-setup.ts';

// Two pieces and a bit, so that pieces are put together.
const content = Buffer.alloc(17 * 1024 * 1024, 'not really an rpm ');
const sha256 = createHash('sha256').update(content).digest('hex');

let setup: StepSetup;
let mirror: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const askedBy: string[] = [];

beforeAll(async () => {
  setup = await setupSteps();
  mirror = createServer((request, response) => {
    askedBy.push(request.headers['user-agent'] ?? 'unknown');
    answer(request, response);
  });
  mirror.listen(0, '127.0.0.1');
  await once(mirror, 'listening');
  url = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/x.rpm`;
}, 30_000);

afterEach(async () => {
  const context = setup.context();
  const site = await openSite(context, server);
  await removeBroughtPackage(context, site, found());
  await endSteps(context, site);
  expect(existsSync(join(homeOfHost(), '.precede'))).toBe(false);
  askedBy.length = 0;
});

afterAll(async () => {
  mirror.close();
  await setup.close();
}, 30_000);

/** The package, at the mirror only, unless it is said otherwise. */
function found(facts: Partial<PackageRecord> = {}): PackageRecord {
  return {
    ...{ id: 9, name: 'x', fileName: 'x.rpm', extension: 'rpm', path: null, size: content.length, sha256, sha1: null },
    ...{ downloadUrl: url, type: 'OB_CLUSTER', version: '1.0', buildNumber: '', operatingSystem: 'el7' },
    ...{ architecture: 'x86_64', deletable: true, ...facts },
  };
}

async function bring(facts: Partial<PackageRecord> = {}): Promise<{ path: string; lines: readonly string[] }> {
  const context = setup.context();
  const path = await bringPackage(context, await openSite(context, server), found(facts));
  return { path, lines: context.lines };
}

function homeOfHost(): string {
  return join(setup.host.homePath, '..');
}

function broughtFiles(): readonly string[] {
  const directory = join(homeOfHost(), '.precede', 'packages');
  return existsSync(directory) ? readdirSync(directory) : [];
}

const whole = (_request: IncomingMessage, response: ServerResponse): void => {
  response.end(content);
};

/** Answers nobody but the orchestrator, as a mirror that the host's network does not reach. */
const notToHosts = (request: IncomingMessage, response: ServerResponse): void => {
  const isHost = /^(?:curl|Wget)/.test(request.headers['user-agent'] ?? '');
  if (isHost) response.writeHead(403).end();
  else response.end(content);
};

describe('a package at a URL', () => {
  it('is fetched by the host itself, and once', async () => {
    answer = whole;
    const { path } = await bring();
    expect(readFileSync(join(homeOfHost(), path)).equals(content)).toBe(true);
    expect(askedBy).toEqual([expect.stringMatching(/^(?:curl|Wget)\//)]);
    expect((await bring()).path).toBe(path);
    expect(askedBy).toHaveLength(1);
    expect(broughtFiles()).toEqual(['x.rpm']);
  });

  it('comes through this machine when the host cannot have it', async () => {
    answer = notToHosts;
    const { path, lines } = await bring({ size: null });
    expect(readFileSync(join(homeOfHost(), path)).equals(content)).toBe(true);
    expect(askedBy).toEqual([expect.stringMatching(/^(?:curl|Wget)\//), expect.stringMatching(/^(?:node|undici)/)]);
    expect(lines.join('\n')).toMatch(/The host did not fetch the package itself, so it is sent over\. .*403/);
    expect(broughtFiles()).toEqual(['x.rpm']);
  });

  it.each([
    ['PACKAGE_UNAVAILABLE', /x\.rpm cannot be had from http.*: the server answers 404 Not Found/, {}, 404],
    ['PACKAGE_DAMAGED', /it has 17825792 bytes, not 5/, { size: 5 }, 200],
    ['PACKAGE_DAMAGED', /its sha256 is \w{64}, not f{64}/, { sha256: 'f'.repeat(64), size: null }, 200],
  ] as const)('that is not right is %s, and leaves nothing behind: %s', async (code, message, facts, status) => {
    answer = (_request, response) => void response.writeHead(status).end(status === 200 ? content : '');
    await expect(bring(facts)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(broughtFiles()).toEqual([]);
  });

  it('that is longer than it should be is not sent over to its end', async () => {
    answer = notToHosts;
    await expect(bring({ size: 1_000 })).rejects.toMatchObject({
      code: 'PACKAGE_UNAVAILABLE',
      message: expect.stringContaining('it has more than 1000 bytes') as string,
    });
  });
});

describe('a command that needs root', () => {
  it('goes through sudo -n where the inventory says so, and as it is elsewhere', () => {
    const command = sh`rpm -ivh ${"a'b"}`;
    expect(asRoot({ sudo: true }, command).text).toBe(String.raw`sudo -n rpm -ivh 'a'\''b'`);
    expect(asRoot({ sudo: false }, command).text).toBe(command.text);
  });
});
