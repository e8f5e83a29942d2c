import { requestSignature } from '../../../src/ocp/index.ts';

/** A request without a body that is to be signed. */
export interface Signing {
  readonly method: string;
  readonly target: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly host?: string;
  readonly atMs?: number;
}

/** The two headers that sign it. */
export function signedHeaders(signing: Signing): { readonly date: string; readonly authorization: string } {
  const { method, target, accessKey, secretKey, host = 'localhost', atMs = Date.now() } = signing;
  const date = new Date(atMs).toUTCString();
  const [path = '', query = ''] = target.split('?', 2);
  const parts = { method, body: Buffer.of(), contentType: '', date, host, headers: {}, path };
  const signature = requestSignature({ ...parts, query: new URLSearchParams(query) }, secretKey);
  return { date, authorization: `OCP-ACCESS-KEY-HMACSHA1 ${accessKey}:${signature}` };
}
