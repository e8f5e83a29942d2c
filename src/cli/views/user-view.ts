import type { UserRecord } from '../../access/index.ts';
import { cleanLine } from '../../text/index.ts';
import { dateText } from './clock-text.ts';
import { textTable } from './text-table.ts';

/** What may be shown of a user. */
export interface ShownUser {
  readonly id: number;
  readonly name: string;
  readonly roles: readonly string[];
  readonly createTimeMs: number;
  readonly updateTimeMs: number;
}

/** A user without the hash of the password. */
export function shownUser({ id, name, roles, createTimeMs, updateTimeMs }: UserRecord): ShownUser {
  return { id, name, roles, createTimeMs, updateTimeMs };
}

/** Users as a table. */
export function userTable(users: readonly UserRecord[]): readonly string[] {
  const rows = users.map(({ id, name, roles, createTimeMs, updateTimeMs }) => [
    ...[String(id), cleanLine(name), dateText(createTimeMs), dateText(updateTimeMs), rolesText(roles)],
  ]);
  return textTable(['ID', 'NAME', 'CREATED', 'CHANGED', 'ROLES'], rows);
}

/** The roles of a user in one line. */
export function rolesText(roles: readonly string[]): string {
  return roles.length === 0 ? 'no roles' : cleanLine(roles.join(', '));
}
