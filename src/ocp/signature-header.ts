/** Who signed a request, and how. */
export interface SignatureHeader {
  readonly accessKey: string;
  readonly signature: string;
}

/**
 * Reads the value of `Authorization: OCP-ACCESS-KEY-HMACSHA1 <access key>:<signature>`; undefined for any other. Only the
 * one spelling of a signature is taken, so that none can be used again in another.
 */
export function readSignatureHeader(text: string): SignatureHeader | undefined {
  const parts = /^OCP-ACCESS-KEY-HMACSHA1 {1,8}([A-Za-z0-9]{1,64}):([A-Za-z0-9+/]{27}=)$/i.exec(text);
  const [, accessKey, signature] = parts ?? [];
  return accessKey === undefined || signature === undefined ? undefined : { accessKey, signature };
}

/**
 * When a request says that it was signed, in milliseconds since 1970: an RFC 1123 date such as
 * `Tue, 17 Jan 2023 09:13:57 GMT`, the day of the month with one or two digits. Undefined for any other text.
 */
export function signatureDateMs(text: string): number | undefined {
  const date = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) ? text : '';
  const epochMs = Date.parse(date);
  // Java writes the first nine days with one digit.
  const padded = date.replace(/, (\d) /, ', 0$1 ');
  // Parsing is lenient: what does not come out again as it went in is no date.
  return Number.isFinite(epochMs) && new Date(epochMs).toUTCString() === padded ? epochMs : undefined;
}
