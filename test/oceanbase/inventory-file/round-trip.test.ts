import fc from 'fast-check';
import { memoryStore } from 'precede';
import {
  describeInventory,
  documentedHostRequirements,
  importFleet,
  inventoryOf,
  inventoryEntries,
  writeInventory,
  type DescribedCluster,
  type DescribedHost,
  type DescribedPackage,
  type FleetDescription,
  type SecretRef,
} from 'precede/oceanbase';
import { describe, expect, it } from 'vitest';
import { hostKeys, read } from './files.ts';

const name = fc.stringMatching(/^\w[\w.-]{0,20}$/);
const place = fc.option(fc.stringMatching(/^[^\p{Cc}]{1,30}$/u), { nil: null });
const port = fc.integer({ min: 1, max: 65_535 });
/** As a file's paths are once they are read: nothing in them twice. */
const path = fc.stringMatching(/^(?:\/[\w '"#:-]{1,9}){1,3}$/);
const secret: fc.Arbitrary<SecretRef> = fc.oneof(
  fc.record({ env: fc.stringMatching(/^[A-Z]{1,9}$/) }),
  fc.constantFrom({ file: '/keys/id' }, { file: '/keys/a b#c' }),
  fc.record({ command: fc.array(fc.stringMatching(/^[^\0]{1,20}$/), { minLength: 1, maxLength: 3 }) }),
);
const parameters = fc.dictionary(fc.stringMatching(/^\w{1,9}$/), fc.stringMatching(/^[^,\p{Cc}]{1,20}$/u), {
  maxKeys: 3,
});

const zones = fc.uniqueArray(fc.record({ name: fc.stringMatching(/^\w{1,9}$/), idcName: place, regionName: place }), {
  minLength: 1,
  maxLength: 3,
  selector: (zone) => zone.name,
});

const cluster: fc.Arbitrary<Omit<DescribedCluster, 'id'>> = fc.record({
  name,
  obClusterId: fc.integer({ min: 1, max: 4_294_967_295 }),
  obVersion: fc.constantFrom('4.3.5', '4.3.5.1', '2.2.75', '3.10'),
  rootServers: fc.array(
    fc.record({
      ip: fc.oneof(fc.ipV4(), fc.constant('2001:db8::1')),
      ...{ rpcPort: port, sqlPort: port },
      role: fc.constantFrom('LEADER' as const, 'FOLLOWER' as const),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  sqlAddresses: fc.array(fc.record({ host: fc.ipV4(), port }), { minLength: 1, maxLength: 2 }),
  sysUser: fc.constantFrom('root@sys', 'ocp@sys#prod'),
  password: secret,
  zones,
  startupParameters: parameters,
  hostRequirements: fc.record({
    ...Object.fromEntries(Object.keys(documentedHostRequirements).map((key) => [key, fc.nat()])),
  }),
});

const host: fc.Arbitrary<Omit<DescribedHost, 'id' | 'name' | 'innerIpAddress' | 'server'>> = fc.record({
  sshHost: fc.constantFrom(null, 'bastion.example', '10.9.8.7'),
  ...{ sshPort: port, user: fc.constantFrom('admin', 'ob'), key: secret, hostKey: fc.constantFrom(...hostKeys) },
  sudo: fc.boolean(),
  ...{ homePath: path, dataPath: path, logPath: path, agentPath: path },
  ...{ sqlPort: port, rpcPort: port, startupParameters: parameters },
  architecture: fc.constantFrom(null, 'x86_64', 'aarch64'),
  ...{ operatingSystem: place, regionName: place, idcName: place },
});

const found: fc.Arbitrary<Omit<DescribedPackage, 'id'>> = fc.record({
  name,
  fileName: fc.stringMatching(/^[a-z][\w.+-]{0,20}\.rpm$/),
  path: fc.option(path, { nil: null }),
  downloadUrl: fc.constantFrom('https://mirror.example/a.rpm', 'http://10.0.0.1:81/x?y=z#a'),
  size: fc.option(fc.integer({ min: 1 }), { nil: null }),
  sha256: fc.stringMatching(/^[\da-f]{64}$/),
  version: fc.constantFrom('4.3.5', '4.3.5.1'),
  buildNumber: fc.stringMatching(/^[\w.]{0,9}$/),
  operatingSystem: fc.constantFrom('el7', 'el8'),
  architecture: fc.constantFrom('x86_64', 'aarch64'),
});

const fleets: fc.Arbitrary<FleetDescription> = fc
  .record({
    clusters: fc.array(cluster, { maxLength: 3 }),
    hosts: fc.array(fc.record({ facts: host, isMember: fc.boolean() }), { maxLength: 4 }),
    packages: fc.array(found, { maxLength: 3 }),
  })
  .map(({ clusters, hosts, packages }) => {
    const [first] = clusters;
    const zoneName = first?.zones[0]?.name ?? '';
    return {
      clusters: clusters.map((row, index) => ({ ...row, id: index + 1, name: `c${index}-${row.name}` })),
      hosts: hosts.map(({ facts, isMember }, index) => ({
        ...facts,
        ...{ id: 10 + index, name: `h${index}`, innerIpAddress: `10.0.0.${index}` },
        sqlPort: facts.sqlPort === facts.rpcPort ? (facts.rpcPort % 65_535) + 1 : facts.sqlPort,
        server: first && isMember ? { clusterId: 1, zoneName } : null,
      })),
      packages: packages.map((row, index) => ({ ...row, id: 20 + index })),
    };
  });

describe('an inventory that is written', () => {
  it('as YAML or as JSON is read back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fleets, async (fleet) => {
        expect(await read(writeInventory(fleet))).toEqual(fleet);
        expect(await read(JSON.stringify(inventoryEntries(fleet)))).toEqual(fleet);
      }),
      { numRuns: 60 },
    );
  });

  it('is described by a store that imported it as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fleets, async (fleet) => {
        const store = memoryStore();
        await store.transact((tables) => importFleet(tables, fleet, 1_000));
        expect(await store.transact((tables) => describeInventory(inventoryOf(tables)))).toEqual(fleet);
      }),
      { numRuns: 60 },
    );
  });

  it('says once what all hosts have in common', () => {
    const hosts = [1, 2, 3].map((id): DescribedHost => ({
      ...sameHost,
      id,
      name: `h${id}`,
      innerIpAddress: `10.0.0.${id}`,
    }));
    const text = writeInventory({ clusters: [], hosts, packages: [] });
    expect(text.match(/user: admin/g)).toHaveLength(1);
    expect(text.split('\n').length).toBeLessThan(45);
  });
});

const sameHost: Omit<DescribedHost, 'id' | 'name' | 'innerIpAddress'> = {
  ...{
    sshHost: null,
    sshPort: 22,
    user: 'admin',
    key: { file: '/k' },
    hostKey: hostKeys[0],
    sudo: true,
    homePath: '/h',
  },
  ...{ dataPath: '/d', logPath: '/l', agentPath: '/a', sqlPort: 2881, rpcPort: 2882, startupParameters: { a: '1' } },
  ...{ architecture: 'x86_64', operatingSystem: null, regionName: null, idcName: null, server: null },
};
