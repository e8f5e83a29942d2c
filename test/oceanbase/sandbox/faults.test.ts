import { describe, expect, it } from 'vitest';
import { faultKinds, parseFault, startSandbox } from '../../../src/oceanbase/sandbox/index.ts';
import { rejection } from '../support/rejection.ts';

describe('a fault as text', () => {
  it('names a host, a kind and sometimes a number', () => {
    expect(parseFault('host:2=disk-full')).toEqual({ hostId: 2, kind: 'disk-full' });
    expect(parseFault('host:101=ssh-drop:3')).toEqual({ hostId: 101, kind: 'ssh-drop', parameter: 3 });
    expect(parseFault('host:1=slow:250')).toEqual({ hostId: 1, kind: 'slow', parameter: 250 });
    expect(parseFault('cluster=db-freezes:500')).toEqual({ cluster: true, kind: 'db-freezes', parameter: 500 });
    expect(parseFault('cluster=package-missing')).toEqual({ cluster: true, kind: 'package-missing' });
  });

  it('can be of every documented kind', () => {
    for (const [kind, { of }] of Object.entries(faultKinds)) {
      for (const where of of as readonly string[]) {
        const on = where === 'host' ? { hostId: 1 } : { cluster: true };
        expect(parseFault(`${where === 'host' ? 'host:1' : 'cluster'}=${kind}`)).toEqual({ ...on, kind });
      }
    }
  });

  it.each([
    ['host:1=flood', 'there is no kind of fault "flood"'],
    ['host:1=constructor', 'there is no kind of fault "constructor"'],
    ['host:0=slow', 'a fault is written'],
    ['1=slow', 'a fault is written'],
    ['host:1=slow:', 'a fault is written'],
    ['host:1=slow:0', 'the number must be 1 to 600000'],
    ['host:1=disk-full:3', 'takes no number'],
    ['cluster=disk-full', 'is one of a host'],
    ['host:1=db-freezes', 'is one of the cluster'],
  ])('is refused as %s, naming the known kinds', (text, message) => {
    expect(() => parseFault(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_FAULT',
        message: expect.stringContaining(message),
        next: `Known kinds: ${Object.keys(faultKinds).join(', ')}.`,
      }),
    );
  });

  it('that a member could not start with is refused before anything starts', async () => {
    const faults = [parseFault('host:1=flapping'), parseFault('host:101=flapping'), parseFault('host:102=slow')];
    expect(await rejection(startSandbox({ servers: 1, faults }))).toMatchObject({
      code: 'INVALID_FAULT',
      problems: [{ code: 'NOT_OF_MEMBERS', details: { hostId: 101 } }],
    });
  });

  it('of a host that is not there is refused before anything starts', async () => {
    const faults = [parseFault('host:3=slow'), parseFault('host:2=slow'), parseFault('host:104=slow')];
    expect(await rejection(startSandbox({ servers: 2, faults }))).toMatchObject({
      code: 'INVALID_FAULT',
      problems: [{ details: { hostId: 3 } }, { details: { hostId: 104 } }],
    });
  });
});
