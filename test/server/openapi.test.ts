import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json/index.ts';
import { openApi, type OpenApi } from './support/open-api.ts';

let api: OpenApi;
let document: JsonObject;

beforeAll(async () => {
  api = await openApi();
  document = (await api.app.inject('/openapi.json')).json<JsonObject>();
});

afterAll(async () => {
  await api.close();
});

describe('the OpenAPI document', () => {
  it('is of version 3.1, names each operation once, and refers to nothing that is not there', () => {
    expect(document['openapi']).toBe('3.1.0');
    const text = JSON.stringify(document);
    const names = Array.from(text.matchAll(/"operationId":"(\w+)"/g), ([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(20);
    const { schemas } = document['components'] as { schemas: object };
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(Object.keys(schemas)).toContain(name);
  });

  it('documents every route that needs a login as one that does, and the two probes as ones that do not', () => {
    const paths = document['paths'] as Record<string, Record<string, { security?: readonly unknown[] }>>;
    const open = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ security }) => (security?.length === 0 ? [path] : [])),
    );
    expect(open.toSorted()).toEqual(['/healthz', '/readyz']);
  });

  it('shows each error that a request to add servers can meet, with an example', () => {
    const paths = document['paths'] as Record<string, Record<string, { responses: Record<string, JsonObject> }>>;
    const { responses } = paths['/api/v2/ob/clusters/{id}/servers']?.['post'] ?? { responses: {} };
    const codes = Object.entries(responses).flatMap(([status, response]) =>
      Array.from(JSON.stringify(response).matchAll(/"code":"(\w+)"/g), ([, code]) => `${status} ${code}`),
    );
    const expected = [
      '404 OBE11001',
      '404 OBE18002',
      '404 CMP07005',
      '400 CMP07004',
      '400 CMP07006',
      '400 CMP07007',
      '400 CMP07008',
    ];
    const more = [
      '400 CMP07010',
      '400 OBE11021',
      '400 OBE11023',
      '400 PKG10014',
      '400 OBE11007',
      '409 OBE11020',
      '409 OBE18008',
    ];
    const common = ['400 COM10001', '409 COM10005', '401 IAM10000', '401 IAM10004', '403 COM10009'];
    expect(codes).toEqual(expect.arrayContaining([...expected, ...more, ...common]));
  });
});
