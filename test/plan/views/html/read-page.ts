import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { PageData, PageTask } from '../../../../src/plan/views/html/page-data.ts';
import { parseXml, type XmlElement } from '../xml.ts';

/** A page taken to pieces, after what holds for every page has been looked at. */
export interface ReadPage {
  readonly data: PageData;
  readonly task: (number: number) => PageTask | undefined;
  readonly script: string;
  readonly style: string;
  /** The page without style, data and script, as one element. */
  readonly body: XmlElement;
}

/**
 * Reads a page as a browser would, as far as its own marks go: one style, one block of data, one script, each ended by
 * its own end tag, and the body's markup well-formed; only what the policy names by its hash is run.
 */
export function readPage(page: string): ReadPage {
  const match =
    /^<!doctype html>\n<html lang="en">\n<head>\n(.*)<style>(.*?)<\/style>\n<\/head>\n<body>\n(.*?)<script type="application\/json" id="data">(.*?)<\/script>\n<script>(.*?)<\/script>\n<\/body>\n<\/html>$/s.exec(
      page,
    );
  const [, head = '', style = '', body = '', json = '', script = ''] = match ?? [];
  expect(match, 'the parts of the page').not.toBeNull();
  expect(head).toContain(
    `content="default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'"`,
  );
  expect(page.match(/<script/gi)).toHaveLength(2);
  expect(page).not.toMatch(/ style="|\son\w+="|https?:(?!\/\/www\.w3\.org)/);
  const data = JSON.parse(json) as PageData;
  const markup = body.replace(/<input [^>]*>/, '').replaceAll(' hidden>', '>');
  return {
    data,
    task: (number) => data.tasks.find((task) => task.number === number),
    ...{ script, style, body: parseXml(`<body>${markup}</body>`) },
  };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
