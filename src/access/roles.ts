import { parsedPattern, type Action, type Domain, type Pattern } from './role-pattern.ts';

/** What somebody wants to do. */
export interface Permission {
  readonly domain: Domain;
  /** Of the one thing that it is done to; `any` asks whether there may be one at all, as for a list. */
  readonly id: number | 'any';
  readonly action: Action;
}

/** Whether some role of these, a name or a pattern, grants it. What none grants is denied. O(patterns of the roles). */
export function permits(roles: readonly string[], permission: Permission): boolean {
  return roles.some((role) => patternsOf(role).some((pattern) => grants(pattern, permission)));
}

/** The role that grants everything. */
export const adminRole = 'ADMIN';

const ofClusters = ['CLUSTER', 'HOST', 'TASK', 'ALARM', 'PACKAGE', 'OBPROXY'];

const patternsByRole: ReadonlyMap<string, readonly string[]> = new Map([
  [adminRole, ['*:*:*']],
  ['TASK_MANAGER', ['TASK:*:*']],
  ['TASK_VIEWER', ['TASK:*:READ']],
  ['CLUSTER_MANAGER', ofClusters.map((domain) => `${domain}:*:*`)],
  ['CLUSTER_VIEWER', ofClusters.map((domain) => `${domain}:*:READ`)],
  ['HOST_MANAGER', ['HOST:*:*', 'PACKAGE:*:READ']],
  ['HOST_VIEWER', ['HOST:*:READ', 'PACKAGE:*:READ']],
]);

/** The roles that have a name. */
export const roleNames: readonly string[] = [...patternsByRole.keys()];

/** The patterns of a role; none when there is no such role. */
function patternsOf(role: string): readonly Pattern[] {
  const patterns = parsedByRole.get(role);
  if (patterns) return patterns;
  const own = parsedPattern(role);
  return own ? [own] : [];
}

const parsedByRole: ReadonlyMap<string, readonly Pattern[]> = new Map(
  [...patternsByRole].map(([role, patterns]) => [role, patterns.flatMap((text) => parsedPattern(text) ?? [])]),
);

function grants(pattern: Pattern, { domain, id, action }: Permission): boolean {
  return (
    (pattern.domain === '*' || pattern.domain === domain) &&
    (pattern.id === '*' || id === 'any' || pattern.id === id) &&
    (pattern.action === '*' || pattern.action === action)
  );
}
