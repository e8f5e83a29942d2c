import { describe, expect, it } from 'vitest';
import { dialect2x, dialect4x, documentedHostRequirements } from '../../../src/oceanbase/index.ts';
import { parseHostFacts } from '../../../src/oceanbase/steps/host-facts.ts';
import { hostWarnings } from '../../../src/oceanbase/steps/host-minimums.ts';
import { hostProblems, type HostEvidence } from '../../../src/oceanbase/steps/host-problems.ts';
import { listensAt, parseListeners } from '../../../src/oceanbase/steps/listeners.ts';

const gib = 1024 ** 2;
const answer = `clock 10500
architecture x86_64
kernel Linux 3.10.0-1160.el7.x86_64
user admin
homeKib ${200 * gib}
dataKib ${900 * gib}
logKib ${300 * gib}
homeWritable yes
dataWritable yes
logWritable yes
memoryKib ${64 * gib}
swapDevices 
openFiles 655350
processes unlimited
stackKib unlimited
core unlimited
aioRequests 1048576
hugePages never
selinux Disabled
avx yes
agent yes
uid 500
dataOwner 500
logOwner 500
`;
const exchange = { sentAtMs: 10_450, receivedAtMs: 10_520 };
const facts = parseHostFacts({ stdout: answer }, exchange);

function factsWith(line: string, value: string) {
  return parseHostFacts({ stdout: answer.replace(new RegExp(`^${line} .*$`, 'm'), `${line} ${value}`) }, exchange);
}

const evidence = {
  site: {
    host: { innerIpAddress: '10.0.0.5', sqlPort: 2881, rpcPort: 2882, dataPath: '/data/1', logPath: '/data/log1' },
    cluster: { hostRequirements: documentedHostRequirements, obClusterId: 22, name: 'obcluster' },
    dialect: dialect4x,
    paths: { home: '/home/admin/oceanbase', leaves: ['/data/1/c/sstable'] },
  },
  facts,
  listeners: [],
  states: new Map([
    ['/data/1', 'empty'],
    ['/data/log1', 'empty'],
    ['/data/1/c/sstable', 'absent'],
  ]),
  observer: undefined,
  startedWith: '',
  installed: [],
  device: 'eth0',
  row: undefined,
  server: { zoneName: 'zone2' },
  package: {
    ...{ name: 'oceanbase', version: '2.2.75', buildNumber: '1', fileName: 'oceanbase-2.2.75-1.el7.x86_64.rpm' },
    architecture: 'x86_64',
  },
} as unknown as HostEvidence;

const codes = (changed: Partial<HostEvidence>): readonly string[] =>
  hostProblems({ ...evidence, ...changed }).map(({ code }) => code);

describe('what a host says of itself', () => {
  it('is read as bytes, numbers and words; what is missing is null', () => {
    expect(facts).toMatchObject({
      architecture: 'x86_64',
      user: 'admin',
      dataFreeBytes: 900 * 1024 ** 3,
      processes: Number.MAX_SAFE_INTEGER,
    });
    expect(parseHostFacts({ stdout: 'memoryKib \nclock 17N\n' }, exchange)).toMatchObject({
      ...{ architecture: null, memoryFreeBytes: null, clockDifferenceMs: null, isHomeWritable: false },
    });
  });

  it('tells no difference of clocks that the duration of the question explains', () => {
    expect(facts.clockDifferenceMs).toBe(0);
    expect(factsWith('clock', '10000').clockDifferenceMs).toBe(450);
    expect(factsWith('clock', '11000').clockDifferenceMs).toBe(480);
  });

  it('is no problem on a host as the manual wants it', () => {
    expect(hostProblems(evidence)).toEqual([]);
    expect(hostWarnings(facts, documentedHostRequirements)).toEqual([]);
  });

  it.each([
    ['dataKib', '1000', 'DISK_TOO_SMALL'],
    ['logKib', '1000', 'DISK_TOO_SMALL'],
    ['homeKib', '1000', 'DISK_TOO_SMALL'],
    ['memoryKib', '1000', 'MEMORY_TOO_SMALL'],
    ['openFiles', '1024', 'LIMIT_TOO_LOW'],
    ['processes', '1024', 'LIMIT_TOO_LOW'],
    ['aioRequests', '65', 'LIMIT_TOO_LOW'],
    ['clock', '1000', 'CLOCK_DIFFERENCE'],
    ['architecture', 'aarch64', 'ARCHITECTURE_MISMATCH'],
    ['dataWritable', 'no', 'DIRECTORY_NOT_WRITABLE'],
    ['dataOwner', '0', 'DIRECTORY_OWNER'],
    ['logOwner', '0', 'DIRECTORY_OWNER'],
    ['stackKib', '1023', 'LIMIT_TOO_LOW'],
    ['avx', 'no', 'AVX_MISSING'],
    ['clock', '10350', 'CLOCK_DIFFERENCE'],
  ])('stands in the way with %s %s: %s', (line, value, code) => {
    expect(codes({ facts: factsWith(line, value) })).toEqual([code]);
  });

  it.each([
    ['openFiles', '19999', 'Limit of open files (ulimit -n): 19999 found, 20000 needed'],
    ['processes', '4095', 'Limit of processes (ulimit -u): 4095 found, 4096 needed'],
    ['stackKib', '512', 'Limit of the stack in KiB (ulimit -s): 512 found, 1024 needed'],
    ['aioRequests', '19999', 'fs.aio-max-nr: 19999 found, 20000 needed'],
    ['clock', '10350', 'its clock differs by 100 ms, less than 100 ms is needed'],
  ])('says of %s %s what was found, what is needed and how to fix it', (line, value, message) => {
    const [found] = hostProblems({ ...evidence, facts: factsWith(line, value) });
    expect(found).toMatchObject({ message, next: expect.stringMatching(/.{20}/) });
  });

  it.each([
    ['openFiles', '20000'],
    ['processes', '4096'],
    ['stackKib', '1024'],
    ['aioRequests', '20000'],
    ['clock', '10351'],
    ['avx', ''],
    ['dataOwner', ''],
  ])('passes with %s %s', (line, value) => {
    expect(codes({ facts: factsWith(line, value) })).toEqual([]);
  });

  it('needs AVX for 4.x only, and a network device with its address for 2.x and 3.x only', () => {
    const of2x = { ...evidence.site, dialect: dialect2x };
    expect(codes({ site: of2x, facts: factsWith('avx', 'no') })).toEqual([]);
    expect(codes({ site: of2x, device: undefined })).toEqual(['NETWORK_DEVICE_MISSING']);
    expect(codes({ device: undefined })).toEqual([]);
  });

  it.each([
    ['stackKib', '10240', 'Limit of the stack in KiB (ulimit -s): 10240 found, unlimited recommended.'],
    ['processes', '20000', 'Limit of processes (ulimit -u): 20000 found, 655350 recommended.'],
    ['aioRequests', '65536', 'fs.aio-max-nr: 65536 found, 1048576 recommended.'],
    ['core', '0', 'Size of core files: limited, unlimited recommended.'],
    ['swapDevices', '/dev/sda2', 'Swap: on (/dev/sda2), off recommended.'],
    ['hugePages', 'always', 'Transparent huge pages: always, never recommended.'],
    ['selinux', 'Enforcing', 'SELinux: Enforcing, Disabled recommended.'],
    ['agent', 'no', 'OCP agent: not installed;'],
  ])('is warned about, not refused, with %s %s', (line, value, warning) => {
    const warned = factsWith(line, value);
    expect(hostWarnings(warned, documentedHostRequirements)).toEqual([expect.stringContaining(warning)]);
    expect(codes({ facts: warned })).toEqual([]);
  });

  it('is refused when something is there already', () => {
    const observer = { pid: 5, startMark: '1', startedAt: null };
    const row = { zone: 'zone1', status: 'ACTIVE' } as unknown as HostEvidence['row'];
    expect(codes({ observer, installed: ['oceanbase-2.2.74-9.el7.x86_64'], row })).toEqual([
      'OBSERVER_RUNNING',
      'SERVER_PRESENT',
      'PACKAGE_PRESENT',
    ]);
    expect(codes({ listeners: [{ ip: '*', port: 2881 }] })).toEqual(['PORT_TAKEN']);
    expect(
      codes({
        states: new Map([
          ['/data/1', 'absent'],
          ['/data/1/c/sstable', 'full'],
        ]),
      }),
    ).toEqual([...['DIRECTORY_MISSING', 'DIRECTORY_NOT_EMPTY']]);
  });

  it('is refused when rpm may not be run through sudo, where sudo is to be used', () => {
    const site = { ...evidence.site, host: { ...evidence.site.host, sudo: true } };
    expect(codes({ site, facts: factsWith('agent', 'yes\nsudo no') })).toEqual(['SUDO_REFUSED']);
    expect(codes({ site, facts: factsWith('agent', 'yes\nsudo yes') })).toEqual([]);
    expect(codes({ facts: factsWith('agent', 'yes\nsudo no') })).toEqual([]);
  });

  describe('when the work was begun before', () => {
    const begun = {
      observer: { pid: 5, startMark: '1', startedAt: null },
      installed: ['oceanbase-2.2.75-1.el7.x86_64'],
      listeners: [{ ip: '*', port: 2881 }],
      states: new Map([...evidence.states, ['/data/1/c/sstable', 'full']] as const),
    };
    const own =
      '/home/admin/oceanbase/bin/observer -i eth0 -p 2881 -P 2882 -z zone2 -d /x -r y -c 22 -n obcluster -o z';

    it('is not refused for the very package and the very observer', () => {
      expect(codes({ ...begun, startedWith: own })).toEqual([]);
      const row = { zone: 'zone2', status: 'ACTIVE' } as unknown as HostEvidence['row'];
      expect(codes({ ...begun, startedWith: 'bin/observer', row })).toEqual([]);
    });

    it.each([
      ['zone2', 'zone3'],
      ['-c 22', '-c 221'],
      ['obcluster', 'obcluster2'],
      ['-P 2882', '-P 28820'],
    ])('is refused when the observer was not told %s but %s', (right, wrong) => {
      expect(codes({ ...begun, startedWith: own.replace(right, wrong) })).toEqual([
        'PORT_TAKEN',
        'DIRECTORY_NOT_EMPTY',
        'OBSERVER_RUNNING',
      ]);
    });

    it('is refused when the cluster has the server in another zone, or is deleting it', () => {
      for (const seen of [
        { zone: 'zone1', status: 'ACTIVE' },
        { zone: 'zone2', status: 'DELETING' },
      ]) {
        const row = seen as unknown as HostEvidence['row'];
        expect(codes({ ...begun, startedWith: own, row })).toContain('SERVER_PRESENT');
      }
    });
  });
});

describe('what listens on a host', () => {
  const lines = [
    'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
    'LISTEN 0      128    10.0.0.5:2881      0.0.0.0:*',
    'LISTEN 0      128    127.0.0.53%lo:53   0.0.0.0:*',
    'LISTEN 0      128    [::]:22            [::]:*',
    'LISTEN 0      128    *:80               *:*',
  ];

  it('is read from what ss prints', () => {
    expect(parseListeners(lines)).toEqual([
      { ip: '10.0.0.5', port: 2881 },
      { ip: '127.0.0.53', port: 53 },
      { ip: '::', port: 22 },
      { ip: '*', port: 80 },
    ]);
  });

  it('is in the way at the same address or at every address', () => {
    const listeners = parseListeners(lines);
    expect([2881, 22, 80, 53].map((port) => listensAt(listeners, { ip: '10.0.0.5', port }))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(listensAt(listeners, { ip: '10.0.0.6', port: 2881 })).toBe(false);
  });
});
