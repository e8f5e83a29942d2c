import { nearest, RefusedError, type Problem } from '../errors/index.ts';
import { actions, domains, parsedPattern } from './role-pattern.ts';
import { roleNames } from './roles.ts';

const rolesMax = 100;

/** The roles, each once, in this order. @throws RefusedError `UNKNOWN_ROLE` naming each that is none, `TOO_MANY_ROLES` */
export function requireRoles(roles: readonly string[]): readonly string[] {
  const problems = roles.filter((role) => !isRole(role)).map(unknownRole);
  if (problems.length > 0) throw new RefusedError('UNKNOWN_ROLE', 'Roles', problems);
  const once = [...new Set(roles)];
  if (once.length > rolesMax) throw new RefusedError('TOO_MANY_ROLES', 'Roles', [tooMany(once.length)]);
  return once;
}

function isRole(role: string): boolean {
  return roleNames.includes(role) || parsedPattern(role) !== undefined;
}

function unknownRole(role: string): Problem {
  const alike = nearest(role, roleNames);
  const hint = alike === undefined ? '' : `Did you mean ${alike}? `;
  return {
    code: 'UNKNOWN_ROLE',
    message: `${JSON.stringify(role.slice(0, 100))} is neither a role nor a pattern DOMAIN:id:ACTION.`,
    next:
      `${hint}Roles: ${roleNames.join(', ')}. In a pattern * stands for all; ` +
      `domains: ${domains.join(', ')}; actions: ${actions.join(', ')}.`,
  };
}

function tooMany(count: number): Problem {
  return {
    code: 'TOO_MANY_ROLES',
    message: `${count} roles are too many for one user.`,
    next: `Use * in patterns: at most ${rolesMax} roles.`,
  };
}
