import { describe, expect, it } from 'vitest';
import { toEnvelope, toErrorEnvelope } from '../../src/ocp/index.ts';

const facts = {
  timestampMs: Date.UTC(2021, 2, 2, 3, 6, 34, 420),
  utcOffsetMinutes: 480,
  durationMs: 208.7,
  traceId: '24d6311f6909408f',
  server: 'a83ad33525',
};

describe('an envelope', () => {
  it('wraps a result, fields in documented order', () => {
    expect(JSON.stringify(toEnvelope({ contents: [] }, facts))).toBe(
      '{"data":{"contents":[]},"duration":209,"server":"a83ad33525","status":200,"successful":true,' +
        '"timestamp":"2021-03-02T11:06:34.42+08:00","traceId":"24d6311f6909408f"}',
    );
  });

  it('has no data when the operation has no result', () => {
    expect(Object.keys(toEnvelope(undefined, facts))).toEqual([
      'duration',
      'server',
      'status',
      'successful',
      'timestamp',
      'traceId',
    ]);
  });

  it('tells an error with its HTTP status, and nothing else of it', () => {
    const error = { code: 'TSK10001', message: 'There is no task 7.', stack: 'at secret.ts' };
    expect(JSON.stringify(toErrorEnvelope(error, { ...facts, status: 404 }))).toBe(
      '{"duration":209,"error":{"code":"TSK10001","message":"There is no task 7."},"server":"a83ad33525","status":404,' +
        '"successful":false,"timestamp":"2021-03-02T11:06:34.42+08:00","traceId":"24d6311f6909408f"}',
    );
  });

  it('tells what an error is about and everything that is wrong, where that is known', () => {
    const subErrors = [{ code: 'COM10001', message: 'size is 0.', path: '/srv' }];
    const error = { code: 'COM10003', target: 'size', subErrors, message: 'Two things are wrong.' };
    expect(JSON.stringify(toErrorEnvelope(error, { ...facts, status: 400 }).error)).toBe(
      '{"code":"COM10003","message":"Two things are wrong.","subErrors":[{"code":"COM10001","message":"size is 0."}],' +
        '"target":"size"}',
    );
  });
});
