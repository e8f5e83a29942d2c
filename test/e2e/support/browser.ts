import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inflateSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';

const executablePath = '/usr/bin/chromium';

/** How a page is opened. */
export interface ViewOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  /** The task that the address names, such as `#t4`. */
  readonly hash?: string;
}

/** An open page. */
export interface View {
  readonly page: Page;
  /** Closes it, after making sure that it asked for nothing but itself and complained of nothing. */
  readonly close: () => Promise<void>;
}

/** A headless browser for the tests of a file. Fails, and says how to install it, where there is none. */
export function headlessBrowser(): { readonly open: (file: string, options?: ViewOptions) => Promise<View> } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!existsSync(executablePath)) {
      throw new Error(
        `There is no ${executablePath}. Install it: apt-get install --yes --no-install-recommends chromium`,
      );
    }
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => await browser?.close());
  return {
    open: async (file, { colorScheme = 'light', width = 1_400, hash = '' } = {}) => {
      if (!browser) throw new Error('The browser has not started.');
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      const address = pathToFileURL(file).href;
      await page.goto(address + hash);
      return {
        page,
        close: async () => {
          expect(complaints).toEqual([]);
          expect(requests).toEqual([address]);
          await context.close();
        },
      };
    },
  };
}

/** How many different bytes the pixels of a PNG are made of, as they stand in it: about two in a blank one. */
export function distinctBytes(png: Buffer): number {
  const parts: Buffer[] = [];
  // After the signature: length, type, content and checksum of each chunk.
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  return new Set(inflateSync(Buffer.concat(parts))).size;
}
