import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScrubber } from '../../src/secrets/index.ts';

/** How programs that have never heard of the scrubber write a text down, character by character. */
const encoders: Readonly<Record<string, (text: string) => string>> = {
  'a text': (text) => text,
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  hex: (text) => Buffer.from(text).toString('hex'),
  'upper-case hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'a URL': (text) => encodeURIComponent(text),
  'a lower-case URL': (text) => encodeURIComponent(text).replace(/%../g, (percent) => percent.toLowerCase()),
  'a form': (text) => new URLSearchParams({ text }).toString().slice('text='.length),
  'a shell word': (text) => text.replaceAll("'", `'\\''`),
  'a shell word in JSON': (text) => JSON.stringify(text.replaceAll("'", `'\\''`)).slice(1, -1),
  HTML: (text) => text.replace(/[&<>"']/g, (character) => `&${entities[character] ?? ''};`),
};

const entities: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };

const isVisibleInMask = (value: string): boolean => '[secret]'.includes(value);
const secretValue = fc
  .oneof(
    fc.string({ minLength: 4, maxLength: 40 }),
    fc.string({ unit: 'binary', minLength: 4, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...Array.from(`'"\\ %+<>&/=\n\r\tä€😀a`)), minLength: 4, maxLength: 12 }),
    fc.stringMatching(/^[A-Za-z0-9+/=_-]{4,64}$/),
  )
  .filter((value) => value.length >= 4 && !isVisibleInMask(value));
const surrounding = fc.string({ unit: 'binary', maxLength: 30 });

describe('a scrubber, for random secrets in random surroundings', () => {
  it.each(Object.entries(encoders))('lets no secret be seen in %s', (_, encode) => {
    fc.assert(
      fc.property(secretValue, surrounding, surrounding, (value, before, after) => {
        const text = encode(before + value + after);
        expect(text).toContain(encode(value));
        const scrubbed = createScrubber([value]).text(text);
        expect(scrubbed).not.toContain(encode(value));
        expect(scrubbed).not.toContain(value);
        expect(scrubbed).toContain('[secret]');
      }),
    );
  });

  it.each(['base64', 'base64url'] as const)(
    'leaves at most half a byte at either end to be read out of %s',
    (encoding) => {
      fc.assert(
        fc.property(
          secretValue,
          fc.uint8Array({ maxLength: 9 }),
          fc.uint8Array({ maxLength: 9 }),
          (value, before, after) => {
            const bytes = Buffer.from(value.toWellFormed());
            const text = Buffer.concat([before, bytes, after]).toString(encoding);
            const scrubbed = createScrubber([value]).text(text);
            // All characters that carry bits of the value alone have gone.
            const from = Math.ceil((before.length * 8) / 6);
            const to = Math.floor(((before.length + bytes.length) * 8) / 6);
            expect(scrubbed).not.toContain(text.slice(from, to));
            expect(scrubbed).toContain('[secret]');
            expect(text.slice(0, from).startsWith(scrubbed.slice(0, scrubbed.indexOf('[secret]')))).toBe(true);
          },
        ),
      );
    },
  );

  it('leaves every text alone that holds none of its secrets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-f]{12,20}$/), { maxLength: 5 }),
        fc.stringMatching(/^[g-z .,\n]*$/),
        (values, text) => {
          expect(createScrubber(values).text(text)).toBe(text);
        },
      ),
    );
  });

  it('shows none of several secrets, in JSON as deep as it gets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[ghjk]{6,9}$/), { minLength: 1, maxLength: 4 }),
        fc.jsonValue(),
        (values, value) => {
          const planted = JSON.parse(
            JSON.stringify({ value, values, [values.join('')]: [[values.join('-')]] }),
          ) as never;
          const shown = JSON.stringify(createScrubber(values).json(planted));
          for (const each of values) expect(shown).not.toContain(each);
        },
      ),
    );
  });
});
