import { describe, expect, it } from 'vitest';
import { createAuthenticator, type UserRecord } from '../../src/access/index.ts';
import { refused } from '../../src/access/refused.ts';
import { quiet } from '../support/turns.ts';

const minuteMs = 60_000;

/** A user whose password is its hash without the word before it. */
function userOf(name: string, password = `right for ${name}`): UserRecord {
  return { id: 101, name, roles: [], passwordHash: `hash of ${password}`, createTimeMs: 0, updateTimeMs: 0 };
}

/** An authenticator with users that a test changes, a clock that it moves, and hashes that it may hold back. */
function setup(...names: readonly string[]) {
  const users = new Map(names.map((name) => [name, userOf(name)]));
  const clock = { nowMs: 1_000 };
  const hashed: string[] = [];
  const held: { isHeld: boolean; readonly release: (() => void)[] } = { isHeld: false, release: [] };
  const authenticator = createAuthenticator({
    readUser: async (name) => users.get(name),
    nowMs: () => clock.nowMs,
    verify: async (password, hash) => {
      hashed.push(password);
      if (held.isHeld) await new Promise<void>((resolve) => held.release.push(resolve));
      return hash === `hash of ${password}`;
    },
  });
  const login = (name: string, { password = `right for ${name}`, address = '10.0.0.1' } = {}) =>
    authenticator.basic({ name, password, address });
  const fail = async (count: number, address = '10.0.0.1') => {
    for (let index = 0; index < count; index += 1) {
      const verdict = await login('bob', { password: `wrong ${index} at ${clock.nowMs}`, address });
      expect(verdict).toEqual({ kind: 'refused' });
    }
  };
  return { authenticator, users, clock, hashed, held, login, fail };
}

describe('a login', () => {
  it('is its user, as the store has it now', async () => {
    const { login, users } = setup('bob');
    expect(await login('bob')).toEqual({ kind: 'user', user: userOf('bob') });
    const changed = { ...userOf('bob'), roles: ['ADMIN'] };
    users.set('bob', changed);
    expect(await login('bob')).toEqual({ kind: 'user', user: changed });
  });

  it('is hashed once in 60 s', async () => {
    const { login, clock, hashed } = setup('bob');
    await login('bob');
    clock.nowMs += minuteMs - 1;
    expect(await login('bob')).toMatchObject({ kind: 'user' });
    expect(hashed).toHaveLength(1);
    clock.nowMs += 1;
    expect(await login('bob')).toMatchObject({ kind: 'user' });
    expect(hashed).toHaveLength(2);
    clock.nowMs += minuteMs - 1;
    await login('bob');
    expect(hashed).toHaveLength(2);
  });

  it('is refused at once when its user is gone or has another password', async () => {
    const { login, users } = setup('bob');
    await login('bob');
    users.set('bob', userOf('bob', 'another one'));
    expect(await login('bob')).toEqual({ kind: 'refused' });
    expect(await login('bob', { password: 'another one' })).toMatchObject({ kind: 'user' });
    users.delete('bob');
    expect(await login('bob', { password: 'another one' })).toEqual({ kind: 'refused' });
  });

  it('is refused when its user goes while it is hashed', async () => {
    const { login, users, held } = setup('bob');
    held.isHeld = true;
    const verdict = login('bob');
    await quiet();
    users.delete('bob');
    for (const release of held.release) release();
    expect(await verdict).toEqual({ kind: 'refused' });
  });

  it('is hashed for an unknown user too, and for what can be no name', async () => {
    const { login, hashed } = setup('bob');
    for (const name of ['eve', 'no name', '', '__proto__']) expect(await login(name)).toEqual({ kind: 'refused' });
    expect(hashed).toHaveLength(4);
  });

  it('of one name and password is not that of another that reads the same in a row', async () => {
    const { login, users } = setup('a');
    users.set('a', userOf('a', 'b\0cccccc'));
    users.set('a\0b', userOf('a\0b', 'cccccc'));
    expect(await login('a', { password: 'b\0cccccc' })).toMatchObject({ kind: 'user' });
    expect(await login('a\0b', { password: 'cccccc' })).toEqual({ kind: 'refused' });
  });

  it('asked for 100 times at once is hashed once, right or wrong', async () => {
    for (const password of ['right for bob', 'wrong one']) {
      const { login, hashed } = setup('bob');
      const verdicts = await Promise.all(Array.from({ length: 100 }, () => login('bob', { password })));
      const kinds = new Set(verdicts.map(({ kind }) => kind));
      expect([...kinds]).toEqual([password === 'wrong one' ? 'refused' : 'user']);
      expect(hashed).toEqual([password]);
    }
  });

  it('is remembered among the last 1,000', async () => {
    const names = Array.from({ length: 1_001 }, (_, index) => `user${index}`);
    const { login, hashed } = setup(...names);
    for (const name of names) expect(await login(name)).toMatchObject({ kind: 'user' });
    for (const name of names.slice(1)) await login(name);
    expect(hashed).toHaveLength(1_001);
    await login('user0');
    expect(hashed).toHaveLength(1_002);
  });

  it('that cannot be hashed for now is busy, and is no failure', async () => {
    const busy = createAuthenticator({
      readUser: async () => userOf('bob'),
      nowMs: () => 0,
      verify: async () => {
        throw refused('ACCESS_BUSY', 'Login', { message: 'Busy.', next: 'Wait.' });
      },
    });
    for (let count = 0; count < 50; count += 1) {
      const verdict = await busy.basic({ name: 'bob', password: `guess ${count}`, address: '10.0.0.1' });
      expect(verdict).toEqual({ kind: 'busy' });
    }
  });
});

describe('an address', () => {
  it('has 20 failures a minute; then nothing of it is hashed until the oldest is a minute old', async () => {
    const { login, fail, clock, hashed } = setup('bob');
    await fail(1);
    clock.nowMs += 10_000;
    await fail(19);
    expect(await login('bob')).toEqual({ kind: 'throttled', retryAfterMs: 50_000 });
    clock.nowMs += 49_999;
    expect(await login('bob')).toEqual({ kind: 'throttled', retryAfterMs: 1 });
    expect(hashed).toHaveLength(20);
    clock.nowMs += 1;
    await fail(1);
    expect(await login('bob')).toEqual({ kind: 'throttled', retryAfterMs: 10_000 });
    expect(hashed).toHaveLength(21);
  });

  it('gets back what it spent on a login that succeeds', async () => {
    const { login, fail, users } = setup();
    await fail(19);
    for (let index = 0; index < 50; index += 1) {
      users.set(`user${index}`, userOf(`user${index}`));
      expect(await login(`user${index}`)).toMatchObject({ kind: 'user' });
    }
    await fail(1);
    expect(await login('user0')).toMatchObject({ kind: 'user' });
    expect(await login('user51')).toMatchObject({ kind: 'throttled' });
  });

  it('has no more than 20 attempts under way', async () => {
    const { login, held, hashed } = setup('bob');
    held.isHeld = true;
    const verdicts = Array.from({ length: 30 }, (_, index) => login('bob', { password: `guess ${index}` }));
    await quiet();
    expect(hashed).toHaveLength(20);
    // One that is under way is no way around it either.
    expect(await login('bob', { password: 'guess 3' })).toMatchObject({ kind: 'throttled' });
    for (const release of held.release) release();
    const kinds = (await Promise.all(verdicts)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(20);
    expect(kinds.filter((kind) => kind === 'throttled')).toHaveLength(10);
  });

  it('does not keep out those of it who were in before, however old that is', async () => {
    const { login, fail, clock, hashed } = setup('bob', 'eve');
    await login('bob');
    for (let minute = 0; minute < 3; minute += 1) {
      clock.nowMs += 2 * minuteMs;
      await fail(20);
      expect(await login('eve')).toMatchObject({ kind: 'throttled' });
      expect(await login('bob')).toMatchObject({ kind: 'user' });
    }
    expect(hashed.filter((password) => password === 'right for bob')).toHaveLength(4);
  });

  it('keeps them out once their password is another one', async () => {
    const { login, fail, users, hashed } = setup('bob');
    await login('bob');
    users.set('bob', userOf('bob', 'another one'));
    await fail(20);
    expect(await login('bob')).toMatchObject({ kind: 'throttled' });
    expect(hashed).toHaveLength(21);
  });

  it('does not pay for another, but for its own other spellings', async () => {
    const { login, fail } = setup('bob');
    await fail(20);
    expect(await login('bob', { address: '::ffff:10.0.0.1' })).toMatchObject({ kind: 'throttled' });
    await fail(20, '2001:db8::1');
    expect(await login('bob', { address: '2001:db8::ffff:2' })).toMatchObject({ kind: 'throttled' });
    expect(await login('bob', { address: '10.0.0.2' })).toMatchObject({ kind: 'user' });
  });
});

describe('an attempt of another kind', () => {
  it('spends the budget of passwords when it finds nobody, and nothing when it finds somebody or throws', async () => {
    const { authenticator, login, fail } = setup('bob');
    const attempt = (work: () => Promise<UserRecord | undefined>) => authenticator.attempt('10.0.0.1', work);
    for (let count = 0; count < 30; count += 1) {
      expect(await attempt(async () => userOf('bob'))).toMatchObject({ kind: 'user' });
      const broken = attempt(async () => {
        throw new Error('broken');
      });
      await expect(broken).rejects.toThrow('broken');
    }
    await fail(10);
    for (let count = 0; count < 10; count += 1)
      expect(await attempt(async () => undefined)).toEqual({ kind: 'refused' });
    const works: string[] = [];
    const verdict = await attempt(async () => {
      works.push('looked');
      return userOf('bob');
    });
    expect(verdict).toMatchObject({ kind: 'throttled' });
    expect(works).toEqual([]);
    expect(await login('bob')).toMatchObject({ kind: 'throttled' });
  });
});
