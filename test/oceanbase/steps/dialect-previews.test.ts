import { afterAll, describe, expect, it } from 'vitest';
import {
  addObserver,
  installRpm,
  makeDirectories,
  startObserver,
  waitObserverActive,
  type SandboxVersion,
} from '../../../src/oceanbase/index.ts';
import { server, setupSteps } from './sandbox-setup.ts';

const cleanups: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
}, 30_000);

async function previewsOf(obVersion: SandboxVersion): Promise<string> {
  const setup = await setupSteps({ obVersion });
  cleanups.push(() => setup.close());
  const steps = [installRpm(server), makeDirectories(server), startObserver(server), addObserver(server)];
  const previews = [...steps, waitObserverActive([server], 'added')].map((step) => step.preview(setup.context()));
  const texts = (await Promise.all(previews)).flat().map(({ text }) => text);
  return texts.join('\n').replaceAll(setup.host.ip, 'IP').replaceAll(setup.host.homePath, 'HOME');
}

describe('what a dry run shows', { timeout: 60_000 }, () => {
  it('is the package, directories, flags and tables of 2.2.75', async () => {
    const text = await previewsOf('2.2.75');
    expect(text).toMatch(/rpm -ivh --prefix 'HOME' '\S+\/oceanbase-2\.2\.75-\S+\.rpm'/);
    for (const directory of ['ilog', 'oob_clog', 'sort_dir'])
      expect(text).toContain(`'HOME/store/sandbox/${directory}'`);
    expect(text).toContain("'HOME/bin/observer' '-i' 'eth0' '-p'");
    expect(text).not.toContain("'-I'");
    expect(text).toContain('FROM oceanbase.__all_server ORDER BY id');
    expect(text).toContain("ALTER SYSTEM ADD SERVER 'IP:2882' ZONE 'zone2'");
  });

  it('is the package, directories, flags and views of 4.3.5', async () => {
    const text = await previewsOf('4.3.5');
    expect(text).toMatch(/rpm -ivh --prefix 'HOME' '\S+\/oceanbase-ce-4\.3\.5\.1-\S+\.rpm'/);
    expect(text).not.toMatch(/ilog|oob_clog|sort_dir/);
    expect(text).toContain("'HOME/bin/observer' '-I' 'IP' '-p'");
    expect(text).toContain('FROM oceanbase.DBA_OB_SERVERS ORDER BY ID');
  });
});
