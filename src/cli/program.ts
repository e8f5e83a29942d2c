import { Command } from 'commander';
import { addCancelCommand } from './commands/cancel.ts';
import { addGraphCommand } from './commands/graph.ts';
import { addInventoryCommand } from './commands/inventory.ts';
import { addListCommand } from './commands/list.ts';
import { addLogsCommand } from './commands/logs.ts';
import { addPauseCommand } from './commands/pause.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addPruneCommand } from './commands/prune.ts';
import { addRecoverCommand } from './commands/recover.ts';
import { addResolveCommand } from './commands/resolve.ts';
import { addResumeCommand } from './commands/resume.ts';
import { addRetryCommand } from './commands/retry.ts';
import { addRollbackCommand } from './commands/rollback.ts';
import { addRunCommand } from './commands/run.ts';
import { addSandboxCommand } from './commands/sandbox.ts';
import { addShowCommand } from './commands/show.ts';
import { addSkipCommand } from './commands/skip.ts';
import { addStoreCommand } from './commands/store.ts';
import { addVersionCommand } from './commands/version.ts';
import type { Terminal } from './output.ts';
import { packageVersion } from './package-root.ts';

/** Every command, with its flags. The exit code of a command that ends without an error goes to `setExitCode`. */
export function createProgram(terminal: Terminal, setExitCode: (code: number) => void): Command {
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
  addPlanCommand(program, terminal);
  addRunCommand(program, terminal, setExitCode);
  addListCommand(program, terminal);
  addShowCommand(program, terminal);
  addLogsCommand(program, terminal);
  addGraphCommand(program, terminal);
  const tools = { program, terminal, setExitCode };
  addRetryCommand(tools);
  addSkipCommand(tools);
  addCancelCommand(tools);
  addResolveCommand(tools);
  addPauseCommand(tools);
  addResumeCommand(tools);
  addRollbackCommand(tools);
  addRecoverCommand(program, terminal, setExitCode);
  addPruneCommand(program, terminal);
  addStoreCommand(program, terminal, setExitCode);
  addInventoryCommand(program, terminal, setExitCode);
  addSandboxCommand(program, terminal, setExitCode);
  addVersionCommand(program, terminal);
  return program;
}

const notes = `
Exit codes: 0 done; 1 the run ended other than SUCCESS, or something unexpected failed; 2 refused, nothing was started.
The store of runs is --store, else $PRECEDE_STORE, else ./.precede/store.db.

Examples:
  precede plan add-ob-server --servers 2 --zone zone2
  precede run add-ob-server --sandbox --servers 2 --zone zone2
  precede help run`;
