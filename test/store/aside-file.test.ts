import type * as NodeFs from 'node:fs';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { AsideFile } from '../../src/store/sqlite/aside-file.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const { appendFileSync } = vi.hoisted(() => ({ appendFileSync: vi.fn() }));
vi.mock('node:fs', async (importOriginal) => ({ ...(await importOriginal<object>()), appendFileSync }));

const directory = temporaryDirectory();

it('leaves nothing of what a disk has taken a part of', async () => {
  const fs = await vi.importActual<typeof NodeFs>('node:fs');
  const place = join(directory(), 'disk');
  mkdirSync(place);
  const store = join(place, 'store.db');
  const aside = new AsideFile(store);
  let isFull = true;
  appendFileSync.mockImplementation((file: string, text: string) => {
    const isTaken = !isFull || !file.startsWith(place);
    fs.appendFileSync(file, isTaken ? text : text.slice(0, 5));
    if (!isTaken) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  });
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);

  aside.keep(['{"first":1}'], undefined);
  expect(readdirSync(place)).toEqual([]);

  isFull = false;
  aside.keep(['{"second":2}'], undefined);
  isFull = true;
  aside.keep(['{"third":3}'], undefined);
  const [name = ''] = readdirSync(place);
  expect(fs.readFileSync(join(place, name), 'utf8')).toBe('{"second":2}\n');

  aside.forget();
  expect(readdirSync(place)).toEqual([]);
  write.mockRestore();
});
