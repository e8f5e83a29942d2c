import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A directory for the tests of one file, removed after the last. */
export function temporaryDirectory(): () => string {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'precede-store-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return () => directory;
}
