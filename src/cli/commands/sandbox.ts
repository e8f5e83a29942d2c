import type { Command } from 'commander';
import { launchSandbox, readSandbox, stopSandbox, type SandboxAccess } from '../../oceanbase/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { countOrNone, withFormat } from '../common-flags.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../output.ts';
import { commandName } from '../package-root.ts';
import { sandboxOptions, withSandboxFlags, type SandboxFlags } from '../sandbox-flags.ts';
import { textTable } from '../views/text-table.ts';

interface DirFlags {
  readonly dir: string;
  readonly format: 'text' | 'json';
}

interface UpFlags extends DirFlags, SandboxFlags {
  readonly hosts: number;
}

const hostsDefault = 2;

/** Adds `precede sandbox` with `up`, `status` and `down`. */
export function addSandboxCommand({ command: sandbox, terminal, setExitCode }: CommandTools): void {
  sandbox
    .description(
      'A fleet of stand-in hosts on loopback: real SSH servers, files, processes and ports, with an observer, rpm and ' +
        'agent that imitate what adding a server needs. It is not OceanBase.',
    )
    .addHelpText('after', examples);
  const up = withDir(sandbox.command('up').summary('start one in a process of its own')).option(
    '--hosts <count>',
    `hosts that may be added, ids from 1 (default: ${hostsDefault})`,
    countOrNone,
    hostsDefault,
  );
  withSandboxFlags(up).action(async (flags: UpFlags) => {
    const access = await launchSandbox({ ...sandboxOptions(flags), servers: flags.hosts, dir: flags.dir });
    printAccess(access, flags, terminal);
  });
  withDir(sandbox.command('status').summary('tell how to reach it; exit code 1 when it is not running')).action(
    async (flags: DirFlags) => {
      const status = await readSandbox(flags.dir);
      if (status.state === 'running') {
        printAccess(status.access, flags, terminal);
        return;
      }
      setExitCode(exitCodes.failed);
      const { state } = status;
      terminal.out.lines([flags.format === 'json' ? JSON.stringify({ state }, null, 2) : `state  ${state}`]);
    },
  );
  withDir(sandbox.command('down').summary('end it, and leave its logs')).action(async ({ dir, format }: DirFlags) => {
    const wasThere = await stopSandbox(dir);
    if (format === 'json') terminal.out.lines([JSON.stringify({ ended: wasThere }, null, 2)]);
    else
      terminal.out.lines([
        wasThere ? `The sandbox in ${dir} has ended; its logs are still there.` : `No sandbox runs in ${dir}.`,
      ]);
  });
}

const examples = `
Examples:
  precede sandbox up --dir ./sandbox --hosts 3 --fault host:2=disk-full
  precede sandbox status --dir ./sandbox --format json
  precede run add-ob-server --sandbox-dir ./sandbox --servers 3
  precede sandbox down --dir ./sandbox`;

function withDir(command: Command): Command {
  command.requiredOption('--dir <dir>', 'where it keeps everything');
  return withFormat(command, ['text', 'json']);
}

function printAccess(access: SandboxAccess, { dir, format }: DirFlags, { out }: Terminal): void {
  if (format === 'json') {
    out.lines([JSON.stringify({ state: 'running', ...access }, null, 2)]);
    return;
  }
  const rows = access.hosts.map(({ id, role, zone = '', ip, ssh, sqlPort }) => [
    String(id),
    role,
    zone,
    `${ssh.user}@${ssh.host}:${ssh.port}`,
    `${ip}:${sqlPort}`,
  ]);
  const { sql, pid, standIn } = access;
  const [example] = access.hosts;
  out.lines([
    `state  running (process ${pid})`,
    `dir    ${access.dir}`,
    `sql    ${sql.user} at ${sql.host}:${sql.port}, password in ${sql.passwordFile}`,
    ...(example ? [`ssh    ${sshCommand(example)}`] : []),
    '',
    ...textTable(['HOST', 'ROLE', 'ZONE', 'SSH', 'SQL'], rows),
    '',
    standIn,
    '',
    `Use it:  ${commandName()} run add-ob-server --sandbox-dir ${dir} --hosts 1`,
    `End it:  ${commandName()} sandbox down --dir ${dir}`,
  ]);
}

function sshCommand({ ssh: { host, port, user, keyFile, knownHostsFile } }: SandboxAccess['hosts'][number]): string {
  return `ssh -p ${port} -i ${keyFile} -o IdentitiesOnly=yes -o UserKnownHostsFile=${knownHostsFile} ${user}@${host}`;
}
