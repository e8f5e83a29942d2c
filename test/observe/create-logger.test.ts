import { mkdtempSync, openSync, readFileSync, rmSync, statSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observe/index.ts';
import type { Logger } from '../../src/run/index.ts';
import { createScrubber } from '../../src/secrets/index.ts';

class MemoryStream extends Writable {
  text = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  records(): readonly Record<string, unknown>[] {
    const lines = this.text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

describe('createLogger', () => {
  it('writes one JSON line per record, at its level and above', async () => {
    const destination = new MemoryStream();
    const { logger, close } = createLogger({ level: 'warn', destination });
    const port: Logger = logger;
    port.info({ run: 1 }, 'too low');
    port.warn({ run: 1 }, 'two\nlines');
    port.error({ run: 2 }, 'last');
    await close();
    expect(destination.text.split('\n')).toHaveLength(3);
    expect(destination.records()).toEqual([
      { level: 40, time: expect.stringMatching(/^\d{4}-.*Z$/), pid: process.pid, run: 1, msg: 'two\nlines' },
      { level: 50, time: expect.any(String), pid: process.pid, run: 2, msg: 'last' },
    ]);
  });

  it('shows no secret in any place from which path redaction lets it leak', async () => {
    const destination = new MemoryStream();
    const password = `p'a"s\\s`;
    const { logger, close } = createLogger({ level: 'debug', destination, scrubber: createScrubber([password]) });
    const cause = new Error(`cause ${password}`);
    logger.info({ password, PassWord: password }, 'by name');
    logger.info({ a: { b: { c: { d: [password] } } } }, 'deep');
    logger.info({ command: `mysql -p'${password.replaceAll("'", `'\\''`)}' -e 'select 1'` }, 'in a command');
    logger.info({}, `in the message: ${password}`);
    logger.error({ err: new Error(`login with ${password}`, { cause }) }, 'in an error');
    logger.error({ error: new Error(`login with ${password}`) }, 'in an error, under another name');
    logger
      .child({ token: Buffer.from(`root:${password}`).toString('base64') })
      .debug({ [password]: 1 }, 'bound, and as a key');
    logger.debug(
      { url: `http://h/?p=${encodeURIComponent(password)}`, hex: Buffer.from(password).toString('hex') },
      'encoded',
    );
    await close();
    expect(destination.records()).toHaveLength(8);
    for (const visible of [
      password,
      JSON.stringify(password).slice(1, -1),
      encodeURIComponent(password),
      Buffer.from(password).toString('hex'),
    ]) {
      expect(destination.text).not.toContain(visible);
    }
    expect(destination.text.match(/\[secret\]/g)?.length).toBeGreaterThanOrEqual(11);
  });

  it('masks values that become known after it was made', async () => {
    const destination = new MemoryStream();
    const scrubber = createScrubber();
    const { logger, close } = createLogger({ destination, scrubber });
    scrubber.add('hunter2');
    logger.info({}, 'hunter2');
    await close();
    expect(destination.records()).toMatchObject([{ msg: '[secret]' }]);
  });

  it('survives fields that are no JSON', async () => {
    const destination = new MemoryStream();
    const { logger, close } = createLogger({ destination, scrubber: createScrubber(['hunter2']) });
    const circle: Record<string, unknown> = { name: 'hunter2' };
    circle['self'] = circle;
    logger.info({ circle, big: 10n, nothing: undefined, call: () => 1 }, 'odd');
    await close();
    expect(destination.records()).toMatchObject([{ circle: { name: '[secret]' }, msg: 'odd' }]);
  });

  it('writes lines for human readers, each record still on one line', async () => {
    const destination = new MemoryStream();
    const { logger, close } = createLogger({ destination, pretty: true, scrubber: createScrubber(['hunter2']) });
    logger.warn({ run: 7, host: 'a\u202eb', list: ['hunter2'] }, 'grün\n\u001b[31mhunter2');
    await close();
    expect(destination.text).toMatch(
      /^\S+Z WARN {2}grün\\n\\u001b\[31m\[secret\] run=7 host=a\\u202eb list=\["\[secret\]"\]\n$/,
    );
  });

  it('closes twice, and leaves a stream that was passed in open', async () => {
    const destination = new MemoryStream();
    const { close } = createLogger({ destination });
    await close();
    await close();
    expect(destination.writableEnded).toBe(false);
    destination.destroy();
    await close();
  });

  it('closes once a slow stream has taken every line', async () => {
    const taken: string[] = [];
    const waiting: (() => void)[] = [];
    const destination = new Writable({
      decodeStrings: false,
      write: (chunk: string, _, done) => void (taken.push(chunk), waiting.push(done)),
    });
    const { logger, close } = createLogger({ destination });
    for (const msg of ['first', 'second']) logger.info({}, msg);
    const closed = close().then(() => taken.length);
    for (let done = waiting.shift(); done; done = waiting.shift()) {
      done();
      await Promise.resolve();
    }
    await expect(closed).resolves.toBe(3);
  });

  describe('into a file', () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'precede-log-'));
    });

    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('has every line on disk before the call returns, and appends', async () => {
      const destination = join(folder, 'run.log');
      for (const msg of ['first', 'second']) {
        const { logger, close } = createLogger({ destination });
        logger.info({}, msg);
        expect(readFileSync(destination, 'utf8')).toContain(`"msg":"${msg}"}\n`);
        await close();
        await close();
      }
      expect(readFileSync(destination, 'utf8').split('\n')).toHaveLength(3);
      expect(statSync(destination).mode & 0o077).toBe(0);
    });

    it('leaves a descriptor that was passed in open', async () => {
      const descriptor = openSync(join(folder, 'run.log'), 'a');
      const { logger, close } = createLogger({ destination: descriptor });
      logger.info({}, 'one');
      await close();
      await close();
      closeSync(descriptor);
      expect(readFileSync(join(folder, 'run.log'), 'utf8')).toContain('"msg":"one"');
    });

    it('refuses a path that cannot be opened, by name', () => {
      const destination = join(folder, 'missing', 'run.log');
      expect(() => createLogger({ destination })).toThrow(
        expect.objectContaining({ code: 'LOG_NOT_WRITABLE', message: expect.stringContaining(destination) }),
      );
    });
  });
});
