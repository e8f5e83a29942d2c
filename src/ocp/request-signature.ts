import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The parts of a request that its signature covers, as they were sent. */
export interface SignedRequest {
  readonly method: string;
  /** As it was sent, before anything parsed it; empty when there is none. */
  readonly body: Uint8Array;
  /** The value of `Content-Type`; empty when there is none. */
  readonly contentType: string;
  /** The value of `Date`. */
  readonly date: string;
  /** The value of `Host`, port included. */
  readonly host: string;
  /** Headers by name in any case; only those that begin with `x-ocp-` count. Several values stay in their order. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Before the question mark, as it was sent. */
  readonly path: string;
  /** Keys and values after the question mark, decoded. */
  readonly query: Iterable<readonly [key: string, value: string]>;
}

/** OCP's signature of a request: Base64 of the HMAC-SHA1, under the secret key, of its seven parts in lines. */
export function requestSignature(request: SignedRequest, secretKey: string): string {
  const parts = [
    request.method.toUpperCase(),
    bodyDigest(request.body),
    request.contentType,
    request.date,
    request.host,
    ocpHeaders(request.headers),
    target(request.path, request.query),
  ];
  return createHmac('sha1', secretKey).update(parts.join('\n')).digest('base64');
}

/** Whether a request carries the signature that the secret key gives it. Takes as long whatever the signature is. */
export function isSignedBy(
  request: SignedRequest,
  { signature, secretKey }: { readonly signature: string; readonly secretKey: string },
): boolean {
  const [given, right] = [Buffer.from(signature), Buffer.from(requestSignature(request, secretKey))];
  return given.length === right.length && timingSafeEqual(given, right);
}

function bodyDigest(body: Uint8Array): string {
  return body.length === 0 ? '' : createHash('md5').update(body).digest('hex').toUpperCase();
}

function ocpHeaders(headers: SignedRequest['headers']): string {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (!key.startsWith('x-ocp-') || value === undefined) continue;
    values.set(key, [...(values.get(key) ?? []), ...[value].flat()]);
  }
  // The prose of the documentation sorts the values too; its own example does not, nor do clients.
  return sortedByKey(values)
    .map(([name, own]) => `${name}:${own.join(',')}`)
    .join('\n');
}

function target(path: string, query: SignedRequest['query']): string {
  const values = new Map<string, readonly string[]>();
  for (const [key, value] of query) values.set(key, [...(values.get(key) ?? []), value]);
  if (values.size === 0) return path;
  const pairs = sortedByKey(values).map(([key, own]) => `${encoded(key)}=${own.toSorted().map(encoded).join(',')}`);
  return `${path}?${pairs.join('&')}`;
}

function sortedByKey(values: ReadonlyMap<string, readonly string[]>): readonly [string, readonly string[]][] {
  return [...values].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** RFC 3986: all but letters, digits, and `-._~`. */
function encoded(text: string): string {
  const others = /[!'()*]/g;
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    others,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
