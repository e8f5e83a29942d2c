import { Command } from 'commander';
import type { AddCommand, CommandTools } from './command-tools.ts';
import { packageVersion } from './package-root.ts';

interface Listed {
  /** Its name and its arguments. */
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<AddCommand>;
}

/** In the order of the help. Only the one that is asked for is loaded. */
const commands: readonly Listed[] = [
  {
    usage: 'plan [workflow]',
    summary: 'show what a run would do, without doing anything',
    load: async () => (await import('./commands/plan.ts')).addPlanCommand,
  },
  {
    usage: 'run [workflow]',
    summary: 'run a workflow and show it until it ends',
    load: async () => (await import('./commands/run.ts')).addRunCommand,
  },
  {
    usage: 'list',
    summary: 'list the runs of a store, newest first',
    load: async () => (await import('./commands/list.ts')).addListCommand,
  },
  {
    usage: 'show <run>',
    summary: 'show a run and its tasks',
    load: async () => (await import('./commands/show.ts')).addShowCommand,
  },
  {
    usage: 'logs <run> [task]',
    summary: 'print what the tasks of a run logged',
    load: async () => (await import('./commands/logs.ts')).addLogsCommand,
  },
  {
    usage: 'graph [run-or-workflow]',
    summary: 'draw a run, coloured by state, or a workflow',
    load: async () => (await import('./commands/graph.ts')).addGraphCommand,
  },
  {
    usage: 'retry <run> [task]',
    summary: 'let failed and cancelled tasks of a run run again: all, or one',
    load: async () => (await import('./commands/retry.ts')).addRetryCommand,
  },
  {
    usage: 'skip <run> <task>',
    summary: 'go on without a failed task',
    load: async () => (await import('./commands/skip.ts')).addSkipCommand,
  },
  {
    usage: 'cancel <run> [task]',
    summary: 'cancel a run, or one running task',
    load: async () => (await import('./commands/cancel.ts')).addCancelCommand,
  },
  {
    usage: 'resolve <run> <task>',
    summary: 'say how a task of unknown outcome really ended',
    load: async () => (await import('./commands/resolve.ts')).addResolveCommand,
  },
  {
    usage: 'pause <run>',
    summary: 'start nothing more of a run until it is resumed',
    load: async () => (await import('./commands/pause.ts')).addPauseCommand,
  },
  {
    usage: 'resume <run>',
    summary: 'let a paused run go on',
    load: async () => (await import('./commands/resume.ts')).addResumeCommand,
  },
  {
    usage: 'rollback <run>',
    summary: 'undo everything of an ended run, in reverse order',
    load: async () => (await import('./commands/rollback.ts')).addRollbackCommand,
  },
  {
    usage: 'recover',
    summary: 'take up every open run whose process has ended, and carry it to its end',
    load: async () => (await import('./commands/recover.ts')).addRecoverCommand,
  },
  {
    usage: 'prune',
    summary: 'remove runs that are over from a store',
    load: async () => (await import('./commands/prune.ts')).addPruneCommand,
  },
  {
    usage: 'store',
    summary: 'check a store, or copy it while it is used',
    load: async () => (await import('./commands/store.ts')).addStoreCommand,
  },
  {
    usage: 'serve',
    summary: 'serve OCP’s documented API over HTTP',
    load: async () => (await import('./commands/serve.ts')).addServeCommand,
  },
  {
    usage: 'inventory',
    summary: 'describe real clusters, hosts and packages in a file',
    load: async () => (await import('./commands/inventory.ts')).addInventoryCommand,
  },
  {
    usage: 'user',
    summary: 'say who may log in to the server, and what they may do',
    load: async () => (await import('./commands/user.ts')).addUserCommand,
  },
  {
    usage: 'sandbox',
    summary: 'keep a fleet of stand-in hosts running',
    load: async () => (await import('./commands/sandbox.ts')).addSandboxCommand,
  },
  {
    usage: 'version',
    summary: 'print the version',
    load: async () => (await import('./commands/version.ts')).addVersionCommand,
  },
];

/**
 * Every command with its summary, and the one that is asked for with its flags. The exit code of a command that ends
 * without an error goes to `setExitCode`.
 */
export async function createProgram(
  argv: readonly string[],
  { terminal, setExitCode }: Omit<CommandTools, 'command'>,
): Promise<Command> {
  const program = new Command('precede')
    .description('A task-DAG workflow engine: declare a workflow once; plan it, run it, prove it.')
    .version(packageVersion(), '--version', 'print the version')
    .option('--debug', 'show the stack of an error; the same as PRECEDE_DEBUG=1')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', notes)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      // Told once, together with everything else that goes wrong.
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.out.columns(),
      getErrHelpWidth: () => terminal.err.columns(),
    });
  const asked = nameAsked(argv);
  for (const { usage, summary, load } of commands) {
    const command = program.command(usage).summary(summary);
    if (command.name() === asked) (await load())({ command, terminal, setExitCode });
  }
  return program;
}

/** The command that is called, or about which help is asked for; undefined when there is none. */
function nameAsked(argv: readonly string[]): string | undefined {
  const [first, second] = argv.filter((argument) => !argument.startsWith('-'));
  return first === 'help' ? second : first;
}

const notes = `
Exit codes: 0 done; 1 the run ended other than SUCCESS, or something unexpected failed; 2 refused, nothing was started.
The store of runs is --store, else $PRECEDE_STORE, else ./.precede/store.db.

Examples:
  precede plan add-ob-server --servers 2 --zone zone2
  precede run add-ob-server --sandbox --servers 2 --zone zone2
  precede help run`;
