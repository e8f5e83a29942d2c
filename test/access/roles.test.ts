import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permits, roleNames, type Permission } from '../../src/access/index.ts';
import { requireRoles } from '../../src/access/required-roles.ts';
import { actions, domains, parsedPattern } from '../../src/access/role-pattern.ts';

/** Every single thing that a world with these ids can be asked for. */
const ids = [1, 2, 21];

/** OCP's table of roles, written as what each grants. */
const ofRole: Readonly<Record<string, { readonly domains: readonly string[]; readonly reads: readonly string[] }>> = {
  ADMIN: { domains, reads: [] },
  TASK_MANAGER: { domains: ['TASK'], reads: [] },
  TASK_VIEWER: { domains: [], reads: ['TASK'] },
  CLUSTER_MANAGER: { domains: ['CLUSTER', 'HOST', 'TASK', 'ALARM', 'PACKAGE', 'OBPROXY'], reads: [] },
  CLUSTER_VIEWER: { domains: [], reads: ['CLUSTER', 'HOST', 'TASK', 'ALARM', 'PACKAGE', 'OBPROXY'] },
  HOST_MANAGER: { domains: ['HOST'], reads: ['PACKAGE'] },
  HOST_VIEWER: { domains: [], reads: ['HOST', 'PACKAGE'] },
};

/** All that a role grants, one by one. */
function grantedBy(role: string): ReadonlySet<string> {
  const granted = new Set<string>();
  for (const domain of domains)
    for (const id of ids)
      for (const action of actions)
        if (isGranted(role, { domain, id, action })) granted.add(`${domain}:${id}:${action}`);
  return granted;
}

function isGranted(role: string, { domain, id, action }: Permission): boolean {
  const named = ofRole[role];
  if (named) return named.domains.includes(domain) || (action === 'READ' && named.reads.includes(domain));
  const asked = [domain, String(id), action];
  return role.split(':').every((part, index) => part === '*' || part === asked[index]);
}

const part = <Word extends string>(words: readonly Word[]) => fc.constantFrom(...words, '*');
const pattern = fc.tuple(part(domains), part(ids.map(String)), part(actions)).map((parts) => parts.join(':'));
const role = fc.oneof(fc.constantFrom(...roleNames), pattern);

describe('what roles permit', () => {
  it('is what one of them grants, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(role, { maxLength: 3 }), (roles) => {
        const granted = new Set(roles.flatMap((own) => [...grantedBy(own)]));
        for (const domain of domains)
          for (const action of actions) {
            const some = ids.map((id) => granted.has(`${domain}:${id}:${action}`));
            expect(ids.map((id) => permits(roles, { domain, id, action }))).toEqual(some);
            expect(permits(roles, { domain, id: 'any', action })).toBe(some.includes(true));
          }
      }),
      { numRuns: 100 },
    );
  });

  it.each(Object.keys(ofRole))('knows the role %s', (name) => {
    expect(roleNames).toContain(name);
    for (const domain of domains)
      for (const action of actions)
        expect(permits([name], { domain, id: 7, action })).toBe(isGranted(name, { domain, id: 7, action }));
  });

  it.each(['', 'admin', 'ADMIN ', '__proto__', 'constructor', '*', '*:*', '*:*:*:*', 'CLUSTER::READ', '*:*:read'])(
    'is nothing for what is no role: %j',
    (text) => {
      expect(permits([text], { domain: 'CLUSTER', id: 'any', action: 'READ' })).toBe(false);
      expect(permits([], { domain: 'CLUSTER', id: 'any', action: 'READ' })).toBe(false);
    },
  );
});

describe('a pattern', () => {
  it.each(['CLUSTER:21:UPDATE', '*:*:*', 'HOST:*:READ', '*:9007199254740991:DELETE'])('may be %s', (text) => {
    expect(requireRoles([text, text])).toEqual([text]);
  });

  it.each([
    ...['CLUSTER:0:READ', 'CLUSTER:-1:READ', 'CLUSTER:1.5:READ', 'CLUSTER:1e3:READ', 'CLUSTER:01:READ'],
    ...['CLUSTER:9007199254740992:READ', 'TENANT:1:READ', 'CLUSTER:1:START', 'CLUSTER:1:READ ', 'CLUSTER:1:READ:'],
  ])('cannot be %j', (text) => {
    expect(parsedPattern(text)).toBeUndefined();
    expect(() => requireRoles([text])).toThrow(expect.objectContaining({ code: 'UNKNOWN_ROLE' }));
  });
});
