import { BlockList, isIPv6 } from 'node:net';
import type { FieldProblem } from './field-problem.ts';

/** Where no package is: addresses that a machine uses for itself while it has no other, and cloud metadata services. */
const refusedAddresses = new BlockList();
refusedAddresses.addSubnet('169.254.0.0', 16, 'ipv4');
refusedAddresses.addSubnet('0.0.0.0', 8, 'ipv4');
refusedAddresses.addSubnet('fe80::', 10, 'ipv6');
refusedAddresses.addAddress('::', 'ipv6');

/** What is wrong with the URL of a package; undefined when nothing is. Reads addresses in every way of writing them. */
export function packageUrlProblem(text: string): Omit<FieldProblem, 'path'> | undefined {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    return { code: 'FIELD_INVALID', message: 'a URL begins with http:// or https://' };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      code: 'SECRET_IN_CLEAR',
      message: 'a URL may not hold a user or password: it stands in logs and commands',
    };
  }
  const address = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const isRefused = /^[\d.]+$|:/.test(address) && refusedAddresses.check(address, family);
  return isRefused ? { code: 'FIELD_INVALID', message: 'this address is link-local or nobody’s' } : undefined;
}
