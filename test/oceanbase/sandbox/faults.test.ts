import { describe, expect, it } from 'vitest';
import { faultKinds, parseFault, startSandbox } from '../../../src/oceanbase/sandbox/index.ts';
import { rejection } from '../support/rejection.ts';

describe('a fault as text', () => {
  it('names a host, a kind and sometimes a number', () => {
    expect(parseFault('host:2=disk-full')).toEqual({ hostId: 2, kind: 'disk-full' });
    expect(parseFault('host:101=ssh-drop:3')).toEqual({ hostId: 101, kind: 'ssh-drop', parameter: 3 });
    expect(parseFault('host:1=slow:250')).toEqual({ hostId: 1, kind: 'slow', parameter: 250 });
  });

  it('can be of every documented kind', () => {
    expect(Object.keys(faultKinds)).toEqual(['disk-full', 'port-taken', 'ssh-drop', 'slow', 'never-active']);
    for (const kind of Object.keys(faultKinds)) expect(parseFault(`host:1=${kind}`)).toEqual({ hostId: 1, kind });
  });

  it.each([
    ['host:1=flood', 'there is no kind of fault "flood"'],
    ['host:1=constructor', 'there is no kind of fault "constructor"'],
    ['host:0=slow', 'a fault is written'],
    ['1=slow', 'a fault is written'],
    ['host:1=slow:', 'a fault is written'],
    ['host:1=slow:0', 'the number must be 1 to 600000'],
    ['host:1=disk-full:3', 'takes no number'],
  ])('is refused as %s, naming the known kinds', (text, message) => {
    expect(() => parseFault(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_FAULT',
        message: expect.stringContaining(message),
        next: 'Known kinds: disk-full, port-taken, ssh-drop, slow, never-active.',
      }),
    );
  });

  it('of a host that is not there is refused before anything starts', async () => {
    const faults = [parseFault('host:3=slow'), parseFault('host:2=slow'), parseFault('host:104=slow')];
    expect(await rejection(startSandbox({ servers: 2, faults }))).toMatchObject({
      code: 'INVALID_FAULT',
      problems: [{ details: { hostId: 3 } }, { details: { hostId: 104 } }],
    });
  });
});
