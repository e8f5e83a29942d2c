import { createEngine, memoryStore } from 'precede';
import { oceanbaseServices, registerSandbox, startSandbox } from 'precede/oceanbase';
import { afterAll, describe, expect, it } from 'vitest';
import workflow from '../../../workflows/add-ob-server/index.ts';

const cleanups: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}, 60_000);

async function addServers(servers: number) {
  const sandbox = await startSandbox({ servers, memberZones: ['zone1', 'zone2'] });
  cleanups.push(() => sandbox.stop());
  const store = memoryStore();
  await store.transact((tables) => registerSandbox(tables, sandbox.access, Date.now()));
  const opened = oceanbaseServices({ store, pollIntervalMs: 200, activeTimeoutMs: 120_000 });
  cleanups.push(() => opened.close());
  const engine = createEngine({ store, services: opened.services, limits: { 'host:*': 1 } });
  cleanups.push(() => engine.close());
  const hostIds = sandbox.hosts.filter(({ role }) => role === 'free').map(({ id }) => id);
  const run = await engine.start(workflow, { clusterId: 1, zoneName: 'zone2', servers: hostIds });
  return { sandbox, outcome: await run.outcome() };
}

describe('fleets', () => {
  it('of twenty hosts are added in one run of 173 tasks', { timeout: 180_000 }, async () => {
    const { outcome } = await addServers(20);
    expect(outcome).toMatchObject({ state: 'SUCCESS', failures: [] });
    expect(Object.keys(outcome.outputs)).toHaveLength(173);
  });

  it('of their own live side by side, on addresses of their own', { timeout: 120_000 }, async () => {
    const both = await Promise.all([addServers(2), addServers(2)]);
    for (const { outcome } of both) expect(outcome.state).toBe('SUCCESS');
    const addresses = both.flatMap(({ sandbox }) => sandbox.hosts.map(({ ip, sqlPort }) => `${ip}:${sqlPort}`));
    expect(new Set(addresses).size).toBe(8);
  });
});
