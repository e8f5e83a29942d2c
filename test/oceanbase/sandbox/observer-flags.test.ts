import { describe, expect, it } from 'vitest';
import { missingSettings, parseObserverFlags } from '../../../src/oceanbase/sandbox/observer/observer-flags.ts';

const full = {
  localIp: '10.0.0.5',
  sqlPort: 2881,
  rpcPort: 2882,
  zone: 'zone1',
  dataDir: '/store',
  rootServers: '10.0.0.1:2882:2881;10.0.0.2:2882:2881',
  clusterId: 4294967295,
  clusterName: 'demo',
  parameters: { memory_limit: '6G', config_additional_dir: '/data/1/etc3;/data/log1/etc2' },
  logLevel: 'WARN',
};
const rootServers = full.rootServers;

describe('the flags of an observer', () => {
  it('are read as getopt reads them, in all their ways', () => {
    const short = '-I 10.0.0.5 -p 2881 -P2882 -z zone1 -d /store -c 4294967295 -n demo -l warn'.split(' ');
    const options = 'memory_limit=6G, config_additional_dir=/data/1/etc3;/data/log1/etc2';
    expect(parseObserverFlags([...short, '-r', rootServers, '-No', options])).toEqual({
      settings: full,
      foreground: true,
    });
    const long = '--local_ip=10.0.0.5 --mysql_port 2881 --rpc_port=2882 --zone zone1 --data_dir /store'.split(' ');
    const rest = [
      '--cluster_id=4294967295',
      '--appname=demo',
      '--log_level',
      'WARN',
      '--rs_list',
      rootServers,
      '--optstr',
      options,
    ];
    expect(parseObserverFlags([...long, ...rest])).toEqual({ settings: full, foreground: false });
  });

  it('may be left out, and then say what is missing for a first start', () => {
    expect(parseObserverFlags([])).toEqual({ settings: {}, foreground: false });
    expect(missingSettings({})).toEqual(['-I or -i', '-p', '-P', '-z', '-d', '-r', '-c', '-n']);
    expect(missingSettings({ ...full, device: 'eth0' })).toEqual([]);
  });

  it.each([
    [['-p', '1024'], '-p "1024" is not 1025 to 65535'],
    [['-P', '65536'], '-P "65536" is not 1025 to 65535'],
    [['-p', '28x'], '-p "28x" is not 1025 to 65535'],
    [['-I', 'localhost'], '-I "localhost" is no IP address'],
    [['-z', 'a b'], '-z "a b" is no zone name'],
    [['-c', '0'], '-c "0" is not 1 to 4294967295'],
    [['-c', '4294967296'], '-c "4294967296" is not 1 to 4294967295'],
    [['-r', '10.0.0.1:2882'], '-r "10.0.0.1:2882" is no list of ip:rpc:sql;…'],
    [['-o', 'memory_limit'], '-o: invalid parameter "memory_limit"'],
    [['-l', 'LOUD'], '-l "LOUD" is no log level'],
    [['-x'], 'invalid option -- "x"'],
    [['--constructor'], 'unrecognized option "--constructor"'],
    [['-z'], 'option -z requires an argument'],
    [['start'], 'unexpected argument "start"'],
  ])('are refused: %j', (args, problem) => {
    expect(parseObserverFlags(args)).toContain(problem);
  });

  it('are refused with every problem, not only the first', () => {
    expect(parseObserverFlags(['-p', '1', '-c', '0', '-q'])).toHaveLength(3);
  });
});
