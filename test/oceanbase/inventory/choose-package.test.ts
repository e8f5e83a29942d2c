import { memoryStore } from 'precede';
import { choosePackage, importInventory, inventoryOf, type PackageDescription } from 'precede/oceanbase';
import { describe, expect, it } from 'vitest';
import { description, host } from '../../workflows/add-ob-server/known-inventory.ts';

function packageOf(id: number, operatingSystem: string, architecture = 'x86_64'): PackageDescription {
  const fileName = `oceanbase-2.2.75-1.${operatingSystem}.${architecture}.rpm`;
  return {
    id,
    name: 'oceanbase',
    fileName,
    path: '/p',
    size: 1,
    sha256: '00',
    version: '2.2.75',
    operatingSystem,
    architecture,
  };
}

const packages = [
  packageOf(1, 'el7'),
  packageOf(2, 'el8'),
  packageOf(3, 'el8', 'aarch64'),
  { ...packageOf(4, 'el7'), version: '4.0' },
];

/** The id of the package that is chosen for hosts whose kernels and processors are these. */
async function chosen(hosts: readonly { kernel?: string; architecture?: string | null }[], wish?: string) {
  const rows = hosts.map(({ kernel = null, architecture = 'x86_64' }, index) => ({
    ...host(index + 1),
    ...{ operatingSystem: kernel, architecture },
  }));
  return memoryStore().transact(async (tables) => {
    await importInventory(tables, { ...description, hosts: rows, packages }, 1_000);
    const wishes = rows.map(({ id }) => ({ hostId: id, packageOperatingSystem: wish }));
    return (await choosePackage(inventoryOf(tables), { obVersion: '2.2.75' }, wishes))?.id;
  });
}

describe('choosing a package', () => {
  it('takes the one that the hosts name in their kernels', async () => {
    expect(await chosen([{ kernel: 'Linux 4.18.0-80.el8.x86_64' }])).toBe(2);
  });

  it('takes the first that fits when the kernels do not tell', async () => {
    expect(await chosen([{}])).toBe(1);
    expect(await chosen([{ kernel: 'Linux 4.18.0-80.el8.x86_64' }, { kernel: 'Linux 3.10.0-1160.el7.x86_64' }])).toBe(
      1,
    );
  });

  it('follows the wish, and the processors', async () => {
    expect(await chosen([{}], 'el8')).toBe(2);
    expect(await chosen([{ architecture: 'aarch64' }])).toBe(3);
    expect(await chosen([{ architecture: null }], 'el8')).toBe(2);
  });

  it('takes none that does not fit every host', async () => {
    expect(await chosen([{ architecture: 'aarch64' }, {}])).toBeUndefined();
    expect(await chosen([{}], 'el9')).toBeUndefined();
  });
});
