import type { FastifyRequest } from 'fastify';
import type { SignedRequest } from '../ocp/index.ts';

/** What of a request its signature covers, as it was sent. */
export function signedPart({ method, headers, raw, bodyBytes }: FastifyRequest): SignedRequest {
  const [path = '', query = ''] = splitAt(raw.url ?? '', '?');
  return {
    method,
    body: bodyBytes ?? new Uint8Array(),
    contentType: headers['content-type'] ?? '',
    date: headers.date ?? '',
    host: headers.host ?? '',
    // Several of one name as they came, not joined as Node does it.
    headers: headerValues(raw.rawHeaders),
    path,
    query: new URLSearchParams(query),
  };
}

function headerValues(raw: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const values = new Map<string, readonly string[]>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    values.set(name, [...(values.get(name) ?? []), raw[at + 1] ?? '']);
  }
  return Object.fromEntries(values);
}

function splitAt(text: string, mark: string): readonly string[] {
  const index = text.indexOf(mark);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
