import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inventoryJsonSchema } from '../../../src/oceanbase/index.ts';
import { problemsOf } from './files.ts';

const root = new URL('../../../', import.meta.url);

describe('the published JSON Schema', () => {
  it('is the one that files are held to', () => {
    const published = readFileSync(new URL('src/oceanbase/inventory-file/inventory.schema.json', root), 'utf8');
    // Anew: npx precede inventory schema > src/oceanbase/inventory-file/inventory.schema.json
    expect(JSON.parse(published)).toEqual(inventoryJsonSchema());
    expect(inventoryJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['version'],
      additionalProperties: false,
      properties: { hosts: { items: { required: ['id', 'address'], additionalProperties: false } } },
    });
  });
});

describe('the inventory of docs/real-hosts.md', () => {
  it('is a sound file that editors complete', async () => {
    const text = readFileSync(new URL('docs/real-hosts.md', root), 'utf8');
    const [, example = ''] = /^```yaml\n([^]*?)^```$/m.exec(text) ?? [];
    expect(example.split('\n')[0]).toMatch(/^# yaml-language-server: \$schema=inventory\.schema\.json$/);
    expect(await problemsOf(example)).toEqual([]);
  });
});
