import { describe, expect, it } from 'vitest';
import { PrecedeError } from '../../src/errors/index.ts';
import type { Logger } from '../../src/run/index.ts';
import { scrubbedLogger } from '../../src/run/scrubbed-logger.ts';
import { createScrubber } from '../../src/secrets/index.ts';

/** A host program's logger that keeps what it is told. */
function hostLogger(): { readonly logger: Logger; readonly told: unknown[] } {
  const told: unknown[] = [];
  const keep = (level: string) => (fields: object, message: string) => void told.push([level, fields, message]);
  return { told, logger: { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') } };
}

describe('scrubbedLogger', () => {
  it('passes every level on, with fields and message scrubbed', () => {
    const host = hostLogger();
    const logger = scrubbedLogger(host.logger, createScrubber(['hunter2']));
    for (const level of ['debug', 'info', 'warn', 'error'] as const)
      logger[level]({ a: ['hunter2'] }, `${level} hunter2`);
    expect(host.told).toEqual(
      ['debug', 'info', 'warn', 'error'].map((level) => [level, { a: ['[secret]'] }, `${level} [secret]`]),
    );
  });

  it('does not change the fields it was given', () => {
    const fields = { a: 'hunter2' };
    scrubbedLogger(hostLogger().logger, createScrubber(['hunter2'])).info(fields, '');
    expect(fields).toEqual({ a: 'hunter2' });
  });

  it('turns errors into plain facts, wherever they stand', () => {
    const host = hostLogger();
    const logger = scrubbedLogger(host.logger, createScrubber(['hunter2']));
    const error = new PrecedeError('LOGIN_FAILED', { message: 'no hunter2', details: { user: 'hunter2' } });
    const plain = { code: 'LOGIN_FAILED', message: 'no [secret]', details: { user: '[secret]' } };
    logger.warn(error, 'alone');
    logger.warn({ deep: [{ error }] }, 'inside');
    expect(host.told).toEqual([
      ['warn', { error: plain }, 'alone'],
      ['warn', { deep: [{ error: plain }] }, 'inside'],
    ]);
  });

  it('keeps the other fields when one is no JSON', () => {
    const host = hostLogger();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const at = new Date(0);
    scrubbedLogger(host.logger, createScrubber(['hunter2'])).info(
      { circle, big: 10n, at, call: () => 1, none: undefined, ok: 1 },
      'm',
    );
    const fields = { circle: '[not JSON]', big: '10', at: '1970-01-01T00:00:00.000Z', call: null, ok: 1 };
    expect(host.told).toEqual([['info', fields, 'm']]);
  });
});
