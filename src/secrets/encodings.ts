/**
 * Every way in which a value may stand in a text: as it is, in base64 and base64url (alone, or inside a longer encoded
 * text at any alignment), in hex, URL-encoded, and escaped for JSON, HTML, shell or SQL; each of these again inside a
 * JSON text, and inside a JSON text inside a JSON text. Without repetitions. O(length of the value).
 */
export function encodingsOf(value: string): readonly string[] {
  const text = value.toWellFormed();
  const bytes = Buffer.from(text);
  const flat = [
    value,
    ...base64Forms(bytes),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...urlForms(text),
    ...htmlForms(text),
    ...quotedForms(text),
  ];
  const once = new Set([...flat, ...flat.flatMap(jsonForms)]);
  return [...new Set([...once, ...[...once].map(jsonForm)])];
}

/**
 * Alone, with and without padding, and as part of a longer text: the characters that are made of the value's bits alone,
 * for each of the three positions in which it can start.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('base64');
  const cores = [0, 1, 2].map((shift) => base64Core(bytes, shift));
  const forms = [whole, whole.replace(/={1,2}$/, ''), ...cores];
  const inUrls = forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...forms, ...inUrls, ...forms.flatMap(percentCases)];
}

function base64Core(bytes: Buffer, shift: number): string {
  const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return shifted.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

function urlForms(text: string): readonly string[] {
  const strict = encodeURIComponent(text).replace(/[!'()*]/g, percentOf);
  const form = new URLSearchParams({ '': text }).toString().slice(1);
  const looser = [
    encodeURI(text),
    encodeURIComponent(text),
    strict.replaceAll('%2F', '/'),
    strict.replaceAll('%20', '+'),
  ];
  return [strict, form, ...looser].flatMap((encoded) => [encoded, lowerCasePercents(encoded)]);
}

function percentCases(text: string): readonly string[] {
  const encoded = encodeURIComponent(text);
  return [encoded, lowerCasePercents(encoded)];
}

function lowerCasePercents(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (percent) => percent.toLowerCase());
}

function percentOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function htmlForms(text: string): readonly string[] {
  const markup = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const double = markup.replaceAll('"', '&quot;');
  const single = ['&#39;', '&#x27;', '&apos;', '&#039;'].map((entity) => double.replaceAll("'", entity));
  return [markup, double, ...single, markup.replaceAll('"', '&#34;').replaceAll("'", '&#39;')];
}

/** For shells: in single quotes, in double quotes, bare with backslashes. For SQL: doubled quotes, and with backslashes. */
function quotedForms(text: string): readonly string[] {
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\"$`]/g, '\\$&'),
    text.replace(/[^\w@%+=:,./\n-]/g, '\\$&'),
    text.replaceAll("'", "''"),
    text.replaceAll('"', '""'),
    text
      .replace(/[\\'"]/g, '\\$&')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replaceAll('\t', '\\t'),
  ];
}

/** As JSON.stringify escapes, as encoders that keep to ASCII or to HTML-safe characters do, and with escaped slashes. */
function jsonForms(text: string): readonly string[] {
  const plain = jsonForm(text);
  const ascii = plain.replace(/[\u007f-\uffff]/g, unicodeEscape);
  const safe = plain.replace(/[<>&\u2028\u2029]/g, unicodeEscape);
  const slashes = plain.replaceAll('/', '\\/');
  return [plain, ascii, upperCaseEscapes(ascii), safe, upperCaseEscapes(safe), slashes];
}

function jsonForm(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function upperCaseEscapes(text: string): string {
  return text.replace(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`);
}
