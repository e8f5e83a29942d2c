import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellFigures } from '../faults/support/figures.ts';
import { hostOf, spareHosts, zones } from './support/places.ts';
import { addServer, detail, get, post } from './support/requests.ts';
import { SlowClients, type SlowJob } from './support/slow-clients.ts';
import { Stage } from './support/stage.ts';
import { atMost } from './support/slack.ts';

const connections = 500;
const forMs = Number(process.env['PRECEDE_SLOW_MS'] ?? 20_000);
const honestMaxMs = 250;
const closedMaxMs = 15_000;
/** What the server has not closed by then has lived too long. */
const graceMs = 16_000;
const rssMoreMb = 150;
/** 12 tasks, 8 for each server and one for the zone: an answer of some megabytes. */
const servers = 1_249;
let stage: Stage;
let clients: SlowClients;

beforeEach(async () => {
  stage = await Stage.open({ clusters: 2, spare: servers, isUnlimited: false });
  clients = new SlowClients();
  const large = { zoneName: zones.held, servers: spareHosts(2, servers) };
  const small = addServer(2, { zoneName: zones.instant, hostId: hostOf(2) });
  await stage.data([post('/api/v2/ob/clusters/1/servers', large), small, detail(1), detail(2)]);
});

afterEach(async () => {
  clients.stop();
  await stage.close();
});

/** Servers skip it before a request. Who reads nothing notices only when it writes that the connection is closed. */
const lineEnd = '\r\n';
const kinds: Readonly<Record<string, Pick<SlowJob, 'opening' | 'drip' | 'reads'>>> = {
  'slow headers': { opening: 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n', drip: 'X-More: 1\r\n', reads: true },
  'a slow body': {
    opening: post('/api/v2/ob/clusters/1/servers', {})
      .replace('Content-Length: 2', 'Content-Length: 1000')
      .slice(0, -1),
    drip: ' ',
    reads: true,
  },
  'blank lines after an answer': { opening: get('/healthz'), drip: lineEnd, reads: true },
  'large answers that are never read': { opening: detail(1).repeat(8), drip: lineEnd, reads: false },
  'public answers that are never read': { opening: get('/openapi.json').repeat(16), drip: lineEnd, reads: false },
};

describe(`${connections} clients at once (S3)`, () => {
  for (const [name, kind] of Object.entries(kinds)) {
    it(`with ${name} are closed within 15 seconds, and honest ones notice nothing`, { timeout: 120_000 }, async () => {
      const { rssMb } = await stage.server.ask('vitals');
      const holding = clients.hold({ ...kind, port: stage.server.port, connections, forMs, graceMs });
      const honest = await stage.send({ requests: [detail(2)], connections: 5, forMs, pauseMs: 100 });
      const during = await stage.server.ask('vitals');
      const opened = await holding;
      let after = await stage.server.ask('vitals');
      for (let waits = 0; after.connections > 0 && waits < 60; waits += 1) {
        await delay(100);
        after = await stage.server.ask('vitals');
      }
      const details = [
        `${opened} connections, the longest ${(after.slow.longestMs / 1_000).toFixed(1)} s`,
        `honest p99 ${Math.round(honest.p99Ms)} ms of ${honest.count}`,
        `RSS ${Math.round(during.rssMb)} MB (before ${Math.round(rssMb)})`,
        `${after.connections} left`,
      ].join(', ');
      tellFigures({ name: `S3 ${name}`, passed: opened, failed: after.connections, details });
      expect([honest.broken, Object.keys(honest.statuses)]).toEqual([0, ['200']]);
      expect(honest.p99Ms).toBeLessThanOrEqual(atMost(honestMaxMs));
      expect(after.slow.count).toBe(opened);
      expect(after.slow.longestMs).toBeLessThanOrEqual(atMost(closedMaxMs));
      expect(after.connections).toBe(0);
      expect(during.rssMb - rssMb).toBeLessThanOrEqual(rssMoreMb);
    });
  }
});
