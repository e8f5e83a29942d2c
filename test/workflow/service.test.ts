import { describe, expect, it } from 'vitest';
import { defineService, provide, serviceLookup, ServiceMissingError } from '../../src/workflow/index.ts';

describe('serviceLookup', () => {
  it('finds each service under its own name, __proto__ included', () => {
    const clock = defineService<() => number>('clock');
    const odd = defineService<string>('__proto__');
    const use = serviceLookup([provide(clock, () => 5), provide(odd, 'odd')]);
    expect([use(clock)(), use(odd)]).toEqual([5, 'odd']);
  });

  it('says which service is missing and which there are', () => {
    const use = serviceLookup([provide(defineService<number>('a'), 1)]);
    const missing = (): unknown => use(defineService<number>('constructor'));
    expect(missing).toThrow(ServiceMissingError);
    expect(missing).toThrow('No service named "constructor" is provided. Provided: a.');
  });
});
