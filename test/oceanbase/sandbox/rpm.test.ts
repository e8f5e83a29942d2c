import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { releases } from '../../../src/oceanbase/sandbox/release.ts';
import {
  fullName,
  observerPackage,
  sha256,
  writePackageFile,
} from '../../../src/oceanbase/sandbox/rpm/package-file.ts';
import { runRpm, type RpmHost } from '../../../src/oceanbase/sandbox/rpm/rpm-command.ts';
import { atEnd, endAll } from '../support/cleanups.ts';

afterEach(endAll);

const content = observerPackage(releases['4.3.5'], '#!/bin/sh\nexit 0\n');
const name = fullName(content);

/** A host's root and a package file, gone with the test. */
function setup(change: Partial<RpmHost> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'precede-rpm-'));
  atEnd(async () => rmSync(dir, { recursive: true }));
  const host: RpmHost = {
    rootPath: join(dir, 'root'),
    packageDatabasePath: join(dir, 'root/var/lib/rpm'),
    diskFull: false,
    faults: [],
    onInstalling: async () => {},
    ...change,
  };
  const file = join(dir, `${name}.rpm`);
  const published = writePackageFile(file, content);
  const home = join(dir, 'root/home/admin/oceanbase');
  const rpm = (...args: string[]) => runRpm(args, host);
  return { dir, host, file, published, home, rpm };
}

describe('the stand-in rpm', () => {
  it('installs to the prefix of the package, on the root of the host, and knows what it did', async () => {
    const { rpm, file, home } = setup();
    expect(await rpm('-q', 'oceanbase-ce')).toMatchObject({
      exitStatus: 1,
      stdout: ['package oceanbase-ce is not installed'],
    });
    expect(await rpm('-ivh', file)).toMatchObject({ exitStatus: 0, stderr: [] });
    expect(statSync(join(home, 'bin/observer')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(home, 'bin/STAND-IN.txt'), 'utf8')).toMatch(/^Stand-in of Precede, not OceanBase/);
    for (const known of ['oceanbase-ce', 'oceanbase-ce-4.3.5.1', name]) {
      expect(await rpm('-q', known)).toEqual({ exitStatus: 0, stdout: [name], stderr: [] });
    }
    expect(await rpm('-qa')).toMatchObject({ stdout: [name] });
    expect(await rpm('-q', '--qf', '%{NAME}|%{VERSION}|%{INSTPREFIXES}\\n', name)).toMatchObject({
      stdout: [`oceanbase-ce|4.3.5.1|${home}`],
    });
    expect(await rpm('-V', 'oceanbase-ce')).toEqual({ exitStatus: 0, stdout: [], stderr: [] });
  });

  it('installs to another prefix, but never outside of the host', async () => {
    const { rpm, file, host, dir } = setup();
    expect(await rpm('-i', '--prefix', join(dir, 'elsewhere'), file)).toMatchObject({ exitStatus: 1 });
    expect(existsSync(join(dir, 'elsewhere'))).toBe(false);
    expect(await rpm('-i', `--prefix=${host.rootPath}/opt/ob`, file)).toMatchObject({ exitStatus: 0 });
    expect(existsSync(join(host.rootPath, 'opt/ob/bin/observer'))).toBe(true);
  });

  it('refuses a second install and repeats it only when told to', async () => {
    const { rpm, file, home } = setup();
    await rpm('-i', file);
    const again = { exitStatus: 1, stderr: [`\tpackage ${name} is already installed`] };
    expect(await rpm('-ivh', file)).toMatchObject(again);
    expect(await rpm('-U', file)).toMatchObject(again);
    writeFileSync(join(home, 'bin/observer'), 'broken');
    expect(await rpm('-V', 'oceanbase-ce')).toMatchObject({
      exitStatus: 1,
      stdout: [`S.5......    ${home}/bin/observer`],
    });
    expect(await rpm('-U', '--replacepkgs', file)).toMatchObject({ exitStatus: 0 });
    expect(await rpm('-V', 'oceanbase-ce')).toMatchObject({ exitStatus: 0 });
    expect(await rpm('-qa')).toMatchObject({ stdout: [name] });
  });

  it('erases what it installed and nothing else, once', async () => {
    const { rpm, file, home } = setup();
    await rpm('-i', file);
    writeFileSync(join(home, 'etc/observer.config.bin'), 'mine');
    expect(await rpm('-e', 'oceanbase-ce')).toMatchObject({ exitStatus: 0 });
    expect(readdirSync(home)).toEqual(['etc']);
    expect(readdirSync(join(home, 'etc'))).toEqual(['observer.config.bin']);
    expect(await rpm('-e', 'oceanbase-ce')).toMatchObject({
      exitStatus: 1,
      stderr: ['error: package oceanbase-ce is not installed'],
    });
  });

  it('leaves neither files nor a row when the disk is full', async () => {
    const { rpm, file, home } = setup({ diskFull: true });
    const outcome = await rpm('-ivh', file);
    expect(outcome.exitStatus).toBe(1);
    expect(outcome.stderr.join('\n')).toMatch(
      /cpio: write failed - No space left on device\nerror: .*: install failed/,
    );
    expect(existsSync(home)).toBe(false);
    expect(await rpm('-q', 'oceanbase-ce')).toMatchObject({ exitStatus: 1 });
  });

  it('refuses a package file that is missing, cut off or changed in any byte', async () => {
    const { rpm, file, published } = setup();
    const bytes = readFileSync(file);
    expect(published).toEqual({ size: bytes.length, sha256: sha256(bytes) });
    expect(await rpm('-i', `${file}.gone`)).toMatchObject({
      exitStatus: 1,
      stderr: [expect.stringMatching(/No such file/)],
    });
    // Byte 9 of a gzip header names the operating system and means nothing.
    for (let at = 10; at < bytes.length; at += 7) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0xff;
      writeFileSync(file, flipped);
      expect(await rpm('-qp', file), `byte ${at}`).toMatchObject({ exitStatus: 1 });
    }
    writeFileSync(file, bytes.subarray(0, -20));
    expect(await rpm('-i', file)).toMatchObject({
      exitStatus: 1,
      stderr: [expect.stringMatching(/not an rpm package/)],
    });
  });

  it('lets one of two installs at the same time pass', async () => {
    const gate = Promise.withResolvers<undefined>();
    const inside = Promise.withResolvers<undefined>();
    const { rpm, file } = setup({
      onInstalling: async () => {
        inside.resolve(undefined);
        await gate.promise;
      },
    });
    const first = rpm('-i', file);
    await inside.promise;
    expect(await rpm('-i', file)).toMatchObject({
      exitStatus: 1,
      stderr: [expect.stringMatching(/can't create transaction lock/)],
    });
    gate.resolve(undefined);
    expect(await first).toMatchObject({ exitStatus: 0 });
  });

  it('takes the lock over from a process that was killed in the middle', async () => {
    const { rpm, file, host } = setup();
    await rpm('-qa');
    writeFileSync(join(host.packageDatabasePath, '.rpm.lock'), '999999999');
    expect(await rpm('-i', file)).toMatchObject({ exitStatus: 0 });
  });

  it.each([[['-i']], [['-Z']], [['--unknown', 'x']], [[]], [['-q']], [['-i', '--prefix']]])(
    'refuses %j',
    async (args) => {
      expect(await setup().rpm(...args)).toMatchObject({
        exitStatus: 1,
        stdout: [],
        stderr: [expect.stringMatching(/^rpm: /)],
      });
    },
  );
});
