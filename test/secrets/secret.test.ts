import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { planWorkflow } from '../../src/plan/index.ts';
import { collectSecrets, secret } from '../../src/secrets/index.ts';
import { defineWorkflow } from '../../src/workflow/index.ts';

const account = z.object({ user: z.string(), password: z.string().refine(secret()) });

describe('secret', () => {
  it('accepts every value and registers it with the collection under way', () => {
    const { result, secrets } = collectSecrets(() => account.parse({ user: 'root', password: 'hunter2' }));
    expect(result).toEqual({ user: 'root', password: 'hunter2' });
    expect(secrets).toEqual(['hunter2']);
  });

  it('does nothing outside a collection', () => {
    expect(account.parse({ user: 'root', password: 'before' }).password).toBe('before');
    expect(collectSecrets(() => 1)).toEqual({ result: 1, secrets: [] });
  });

  it('registers each value once, in order, and never the empty text', () => {
    const { secrets } = collectSecrets(() =>
      ['b', 'a', 'b', ''].map((password) => account.parse({ user: '', password })),
    );
    expect(secrets).toEqual(['b', 'a']);
  });

  it('registers every text and number inside lists and objects, cycles included', () => {
    const keys: { list: unknown[] } = { list: ['first', { nested: 12_345, no: null, yes: true }, 'last'] };
    keys.list.push(keys);
    expect(collectSecrets(() => secret()(keys)).secrets).toEqual(['first', '12345', 'last']);
  });

  it('marks the input of a workflow, so that its plan knows the values', () => {
    const workflow = defineWorkflow({ name: 'Log in', version: '1', input: account, declare: () => {} });
    expect(planWorkflow(workflow, { user: 'root', password: 'hunter2' }).secrets).toEqual(['hunter2']);
  });
});

describe('collectSecrets', () => {
  it('hands what an inner collection finds to the outer one too', () => {
    const mark = secret();
    const outer = collectSecrets(() => {
      mark('first');
      const inner = collectSecrets(() => mark('inner'));
      mark('last');
      return inner.secrets;
    });
    expect(outer).toEqual({ result: ['inner'], secrets: ['first', 'inner', 'last'] });
  });

  it('lets errors of the work pass and collects no more afterwards', () => {
    const mark = secret();
    const work = (): never => {
      mark('lost');
      throw new TypeError('no');
    };
    expect(() => collectSecrets(work)).toThrow(TypeError);
    expect(collectSecrets(() => mark('kept')).secrets).toEqual(['kept']);
  });
});
