import { describe, expect, it } from 'vitest';
import { generatePassword } from '../../src/access/index.ts';
import { hashPassword, verifyPassword } from '../../src/access/password-hash.ts';
import { acceptablePassword } from '../../src/access/password.ts';
import { weakCost } from './support/weak-cost.ts';

describe('the hash of a password', () => {
  it('costs 32 MiB and three rounds unless somebody says otherwise, and as much when there is none', async () => {
    const hashed = await timed(() => hashPassword('correct horse'));
    expect(hashed.result).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword('correct horse', hashed.result)).toBe(true);
    const without = await timed(() => verifyPassword('correct horse', undefined));
    expect(without.result).toBe(false);
    // One that returned early would take a hundredth.
    expect(without.ms).toBeGreaterThan(hashed.ms / 4);
  });

  it('differs each time, and is of that password only', async () => {
    const [one, other] = [await hashPassword('password', weakCost), await hashPassword('password', weakCost)];
    expect(one).not.toBe(other);
    for (const hash of [one, other]) {
      expect(await verifyPassword('password', hash)).toBe(true);
      for (const wrong of ['passwore', 'password ', 'Password', '', 'passwor'])
        expect(await verifyPassword(wrong, hash)).toBe(false);
    }
  });

  it('is the same however a keyboard composes its letters', async () => {
    const hash = await hashPassword('Z\u00fcrichsee', weakCost);
    expect(await verifyPassword('Zu\u0308richsee', hash)).toBe(true);
    expect(await verifyPassword('Zurichsee', hash)).toBe(false);
  });

  it.each([
    '',
    'password',
    '$scrypt$ln=15,r=8,p=3$$',
    `$scrypt$ln=0,r=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    // 128 GiB: it is refused, not tried.
    `$scrypt$ln=30,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `$scrypt$ln=4,r=99,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  ])('that is none verifies nothing: %j', async (hash) => {
    expect(await verifyPassword('password', hash, { cost: weakCost })).toBe(false);
  });

  it('is not computed for ever more callers at once', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 70 }, () => verifyPassword('password', undefined, { cost: weakCost })),
    );
    const refused = all.filter((one) => one.status === 'rejected');
    // Two at once, 64 waiting.
    expect(refused).toHaveLength(70 - 66);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'ACCESS_BUSY' });
    expect(await verifyPassword('password', undefined, { cost: weakCost })).toBe(false);
  });
});

describe('an urgent verification', () => {
  it('is neither refused nor kept waiting by all the others', async () => {
    const order: string[] = [];
    const verify = (name: string, isUrgent: boolean) =>
      verifyPassword('password', undefined, { cost: weakCost, isUrgent }).then(() => void order.push(name));
    const others = Array.from({ length: 70 }, (_, index) => verify(`other ${index}`, false));
    const urgent = verify('urgent', true);
    await Promise.allSettled([...others, urgent]);
    // The two that were under way already come first.
    expect(order.indexOf('urgent')).toBeLessThanOrEqual(3);
    expect(order).toHaveLength(67);
  });
});

describe('a password', () => {
  it.each([
    { text: '1234567', code: 'PASSWORD_TOO_SHORT' },
    // Eight code units, four characters.
    { text: '\u{1f600}'.repeat(4), code: 'PASSWORD_TOO_SHORT' },
    { text: 'x'.repeat(1_025), code: 'PASSWORD_TOO_LONG' },
    { text: 'x'.repeat(1_000_000), code: 'PASSWORD_TOO_LONG' },
    { text: 'password\n2', code: 'PASSWORD_UNSENDABLE' },
    { text: 'password\u0000', code: 'PASSWORD_UNSENDABLE' },
  ])('is refused as $code', ({ text, code }) => {
    expect(() => acceptablePassword(text)).toThrow(expect.objectContaining({ code }));
  });

  it('has 8 to 1,024 characters, whatever they take', () => {
    for (const text of ['12345678', '\u{1f600}'.repeat(1_024), 'a b:c"d\'$', 'x'.repeat(1_024)])
      expect(acceptablePassword(text)).toBe(text);
  });

  it('is made by chance: 24 letters and digits that do not look alike', () => {
    const made = Array.from({ length: 200 }, generatePassword);
    expect(new Set(made).size).toBe(200);
    for (const password of made) expect(acceptablePassword(password)).toMatch(/^[a-km-np-z2-9]{24}$/);
    // Each of the 32 letters is one in 32 of 4,800: a missing one would be no chance.
    expect(new Set(made.join('')).size).toBe(32);
  });
});

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startMs };
}
