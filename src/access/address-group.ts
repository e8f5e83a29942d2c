import { isIPv6 } from 'node:net';

const lengthMax = 100;

/**
 * What counts as one address: an IPv4 address, also when it is written as IPv6, and of IPv6 the first 64 bits, since one
 * machine has all that follow. Any other text is itself.
 */
export function addressGroup(address: string): string {
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return address.slice(0, lengthMax);
  const words = wordsOf(plain);
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (isMapped) return words.slice(6).flatMap(bytesOf).join('.');
  const prefix = words.slice(0, 4).map((word) => word.toString(16));
  return `${prefix.join(':')}::/64`;
}

/** The eight words of an IPv6 address in any of its spellings. */
function wordsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::', 2);
  const before = partsOf(head);
  if (tail === undefined) return before;
  const after = partsOf(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function partsOf(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => (part.includes('.') ? wordsOfIpv4(part) : [Number.parseInt(part, 16)]));
}

function wordsOfIpv4(text: string): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

function bytesOf(word: number): readonly number[] {
  return [word >> 8, word & 0xff];
}
