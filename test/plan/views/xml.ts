import { expect } from 'vitest';

/** An element of a document, with its texts unescaped. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
// eslint would see control characters in a class; these are the ranges of XML 1.0's Char, turned round.
const notChar = new RegExp('[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\u{10000}-\\u{10ffff}]', 'u');
const token = /<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>|[^<]+|</gu;

/** Reads the part of XML that pictures use, and fails on everything that is not well-formed. */
export function parseXml(text: string): XmlElement {
  expect(notChar.exec(text)?.index, 'a character that XML cannot hold').toBe(undefined);
  const root: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  for (const [whole, closing, name, attributes, empty] of text.matchAll(token)) {
    const parent = open.at(-1) ?? root;
    if (name === undefined) parent.text += unescaped(whole);
    else if (closing === '/') expect(open.pop()?.name).toBe(name);
    else {
      const child: OpenElement = { name, attributes: attributesOf(attributes ?? ''), children: [], text: '' };
      parent.children.push(child);
      if (empty !== '/') open.push(child);
    }
  }
  expect(open).toEqual([root]);
  expect(root.children).toHaveLength(1);
  expect(root.text.trim()).toBe('');
  return root.children[0] ?? root;
}

/** It and everything inside it, in document order. */
export function elementsOf(element: XmlElement): readonly XmlElement[] {
  const found: XmlElement[] = [];
  const open = [element];
  for (let next = open.pop(); next; next = open.pop()) {
    found.push(next);
    open.push(...next.children.toReversed());
  }
  return found;
}

function attributesOf(text: string): Readonly<Record<string, string>> {
  const pairs = Array.from(text.matchAll(/([A-Za-z][\w:-]*)="([^"]*)"/g), ([, key = '', value = '']) => [key, value]);
  expect(new Set(pairs.map(([key]) => key)).size).toBe(pairs.length);
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, unescaped(value)]));
}

function unescaped(text: string): string {
  expect(text.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[&<]/);
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');
}
