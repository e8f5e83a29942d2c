import { expect, it } from 'vitest';
import { addressGroup } from '../../src/access/address-group.ts';

it.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::FFFF:0a00:0001', '10.0.0.1'],
  ['0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
  ['64:ff9b::10.0.0.1', '64:ff9b:0:0::/64'],
  ['', ''],
  ['no address', 'no address'],
  ['1:2', '1:2'],
  ['x'.repeat(1_000), 'x'.repeat(100)],
])('the address %s counts as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
