import type { Command } from 'commander';
import { listUsers, removeUser, roleNames } from '../../access/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { collected, withFormat } from '../common-flags.ts';
import type { Output } from '../output.ts';
import { withStoreFlag } from '../store-place.ts';
import { addKey, dropKey, showKeys, type KeyFlags, type NewKeyFlags } from '../user-keys.ts';
import { addNewUser, changePassword, type AddFlags, type PasswordFlags } from '../user-password.ts';
import { changeRoles, type RoleFlags } from '../user-roles.ts';
import { inStore } from '../user-store.ts';
import { shownUser, userTable } from '../views/user-view.ts';

/** Adds `precede user` with `add`, `passwd`, `role`, `list`, `remove` and `key`. */
export function addUserCommand({ command: user, terminal: { out } }: CommandTools): void {
  user
    .description(
      'Users log in to the server with a password, their programs with an access key. What they may do is said by ' +
        'roles. All of it counts at once, also for a server that has the store open.',
    )
    .addHelpText('after', examples);
  addPasswordCommands(user, out);
  const role = user
    .command('role <name>')
    .summary('give a user roles or take them away, and show what is left')
    .option('--add <role>', 'a role to give; may be given again and again', collected)
    .option('--remove <role>', 'a role to take away; may be given again and again', collected);
  withCommonFlags(role).action((name: string, flags: RoleFlags) => changeRoles(name, flags, out));
  const list = user.command('list').summary('list the users of a store');
  withCommonFlags(list).action((flags: KeyFlags) => showUsers(flags, out));
  const remove = user.command('remove <name>').summary('remove a user with all access keys');
  withCommonFlags(remove).action((name: string, flags: KeyFlags) => dropUser(name, flags, out));
  addKeyCommands(user, out);
}

const examples = `
Roles: ${roleNames.join(', ')},
or patterns DOMAIN:id:ACTION such as CLUSTER:21:UPDATE, with * for all.

Examples:
  precede user add alice --role CLUSTER_MANAGER
  precede user add bob --role TASK_VIEWER --role CLUSTER:21:READ --password-file bob.txt
  pass show admin | precede user passwd admin --password-file -
  precede user role bob --add TASK_MANAGER --remove TASK_VIEWER
  precede user list --format json
  precede user key add alice
  precede user key list
  precede user remove bob`;

function addPasswordCommands(user: Command, out: Output): void {
  const add = user
    .command('add <name>')
    .summary('add a user')
    .option('--role <role>', 'a role to begin with; may be given again and again', collected);
  withCommonFlags(withPasswordFlag(add)).action((name: string, flags: AddFlags) => addNewUser(name, flags, out));
  const passwd = user.command('passwd <name>').summary('give a user another password');
  withCommonFlags(withPasswordFlag(passwd)).action((name: string, flags: PasswordFlags) =>
    changePassword(name, flags, out),
  );
}

function addKeyCommands(user: Command, out: Output): void {
  const key = user.command('key').summary("access keys, by which programs sign requests in a user's name");
  const add = key
    .command('add <name>')
    .summary('make an access key for a user; its secret key is shown only now')
    .option('--key-file <file>', 'what secret keys are sealed under; made when it is not there (default: <store>.key)');
  withCommonFlags(add).action((name: string, flags: NewKeyFlags) => addKey(name, flags, out));
  const list = key.command('list [name]').summary('list the access keys of a user, or of all');
  withCommonFlags(list).action((name: string | undefined, flags: KeyFlags) => showKeys(name, flags, out));
  const remove = key.command('remove <access-key>').summary('remove an access key');
  withCommonFlags(remove).action((accessKey: string, flags: KeyFlags) => dropKey(accessKey, flags, out));
}

/** On the command line or in the environment a password would be there for other processes to read. */
function withPasswordFlag(command: Command): Command {
  return command.option(
    '--password-file <file>',
    'a file with the password, or - for standard input; without it one is made and shown only now',
  );
}

function withCommonFlags(command: Command): Command {
  return withFormat(withStoreFlag(command), ['text', 'json']);
}

async function showUsers({ store, format }: KeyFlags, out: Output): Promise<void> {
  const users = await inStore(store, listUsers);
  out.lines(format === 'json' ? [JSON.stringify(users.map(shownUser), null, 2)] : userTable(users));
}

async function dropUser(name: string, { store, format }: KeyFlags, out: Output): Promise<void> {
  const { accessKeys } = await inStore(store, (tables) => removeUser(tables, name));
  const keys = accessKeys === 1 ? '1 access key' : `${accessKeys} access keys`;
  if (format === 'json') out.lines([JSON.stringify({ name, accessKeys }, null, 2)]);
  else out.lines([`Removed ${name}${accessKeys === 0 ? '' : ` and ${keys}`}.`]);
}
