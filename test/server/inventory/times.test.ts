import { describe, expect, it } from 'vitest';
import { databaseTime } from '../../../src/server/inventory/times.ts';

const east = { utcOffsetMinutes: 8 * 60 };

describe('a time that a database has printed', () => {
  it('stays as it is when it tells its zone, microseconds and all', () => {
    expect(databaseTime('2021-03-02T03:06:34.345678Z', east)).toBe('2021-03-02T03:06:34.345678Z');
    expect(databaseTime('2021-03-02T11:06:34+08:00', { utcOffsetMinutes: 0 })).toBe('2021-03-02T11:06:34+08:00');
  });

  it('gets the offset in which times are written when it tells none', () => {
    expect(databaseTime('2024-01-02 03:04:05.678901', east)).toBe('2024-01-02T03:04:05.678+08:00');
    expect(databaseTime('2024-01-02 03:04:05', { utcOffsetMinutes: -210 })).toBe('2024-01-02T03:04:05-03:30');
    expect(databaseTime('2024-01-02 03:04:05.000000', { utcOffsetMinutes: 0 })).toBe('2024-01-02T03:04:05Z');
  });

  it('is null when there is none or it is no time', () => {
    for (const text of [null, '', 'soon', '2024-02-30 00:00:00', '2024-01-02'])
      expect(databaseTime(text, east)).toBeNull();
  });
});
