import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  addUser,
  createAccessKey,
  listAccessKeys,
  readAccessKey,
  removeAccessKey,
  unsealSecretKey,
} from '../../src/access/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import type { Tables } from '../../src/workflow/index.ts';

const nowMs = Date.UTC(2030, 0, 1);
const key = createSecretKey(randomBytes(32));

async function withUser(userName: string) {
  const store = memoryStore();
  const act = <Result>(work: (tables: Tables) => Promise<Result>): Promise<Result> => store.transact(work);
  await act((tables) => addUser(tables, { name: userName, roles: [], passwordHash: 'x', nowMs }));
  const make = () => act((tables) => createAccessKey(tables, { userName, key, nowMs }));
  const read = async (accessKey: string) => {
    const record = await act((tables) => readAccessKey(tables, accessKey));
    return record ?? expect.fail('it is not there');
  };
  return { act, make, read };
}

describe('an access key', () => {
  it('is 16 letters and digits with a secret of 32 hexadecimal digits, which opens with the key alone', async () => {
    const { make, read } = await withUser('bob');
    const { accessKey, secretKey } = await make();
    expect(accessKey).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(secretKey).toMatch(/^[0-9a-f]{32}$/);
    const record = await read(accessKey);
    expect(record).toMatchObject({ userName: 'bob', createTimeMs: nowMs });
    expect(JSON.stringify(record)).not.toContain(secretKey);
    expect(unsealSecretKey(record, key)).toBe(secretKey);
    const other = createSecretKey(randomBytes(32));
    expect(() => unsealSecretKey(record, other)).toThrow(expect.objectContaining({ code: 'ACCESS_KEY_SEALED' }));
  });

  it('does not open once a bit of it was changed, or under the name of another', async () => {
    const { make, read } = await withUser('bob');
    const [one, other] = [await read((await make()).accessKey), await read((await make()).accessKey)];
    const swapped = { ...one, sealedSecretKey: other.sealedSecretKey };
    expect(() => unsealSecretKey(swapped, key)).toThrow(expect.objectContaining({ code: 'ACCESS_KEY_SEALED' }));
    const bytes = Buffer.from(one.sealedSecretKey, 'base64');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const changed = { ...one, sealedSecretKey: flipped.toString('base64') };
      expect(() => unsealSecretKey(changed, key)).toThrow(expect.objectContaining({ code: 'ACCESS_KEY_SEALED' }));
    }
    for (const sealedSecretKey of ['', 'AAAA', bytes.subarray(0, -1).toString('base64')])
      expect(() => unsealSecretKey({ ...one, sealedSecretKey }, key)).toThrow(/does not open/);
  });

  it('is listed without its secret, sealed or not, until it is removed', async () => {
    const { act, make } = await withUser('bob');
    const [one, two] = [await make(), await make()];
    const listed = await act((tables) => listAccessKeys(tables, 'bob'));
    expect(listed).toEqual([one, two].map(({ accessKey }) => ({ accessKey, userName: 'bob', createTimeMs: nowMs })));
    expect(await act((tables) => listAccessKeys(tables, 'eve'))).toEqual([]);
    await act((tables) => removeAccessKey(tables, one.accessKey));
    expect(await act((tables) => readAccessKey(tables, one.accessKey))).toBeUndefined();
    expect(await act((tables) => listAccessKeys(tables))).toMatchObject([{ accessKey: two.accessKey }]);
    const again = act((tables) => removeAccessKey(tables, one.accessKey));
    await expect(again).rejects.toMatchObject({ code: 'ACCESS_KEY_UNKNOWN' });
  });

  it('is made for users that there are, and for each twenty times at most', async () => {
    const { act, make } = await withUser('bob');
    const unknown = act((tables) => createAccessKey(tables, { userName: 'bobb', key, nowMs }));
    await expect(unknown).rejects.toMatchObject({ code: 'USER_UNKNOWN' });
    for (let count = 0; count < 20; count += 1) await make();
    await expect(make()).rejects.toMatchObject({ code: 'TOO_MANY_ACCESS_KEYS' });
    expect(await act((tables) => listAccessKeys(tables))).toHaveLength(20);
  });
});
