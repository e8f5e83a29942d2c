import { displayName } from '../../../graph/index.ts';
import type { Scrubber } from '../../../secrets/index.ts';

/** Attributes of an element; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** What XML 1.0 cannot hold, not even as an entity. */
const impossible = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Any text as the content of an element or of an attribute, in XML and in HTML. O(length). */
export function escaped(text: string): string {
  return text.replace(impossible, '\ufffd').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** An element with escaped attributes; `content` is markup already. Always with an end tag: HTML has no other way. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${given.join('')}>${content}</${name}>`;
}

/** A name as it may be shown: no secrets, nothing that a reader cannot see, at most 80 characters. Not escaped yet. */
export function namesFor(scrubber: Scrubber): (name: string) => string {
  return (name) => displayName(scrubber.text(name));
}

/** A length in pixels for a picture: whole tenths, so that pictures are small and the same everywhere. */
export function px(length: number): number {
  return Math.round(length * 10) / 10;
}
