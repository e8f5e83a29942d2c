import type { CommandTools } from '../command-tools.ts';
import { serve } from '../serve.ts';
import { withServeFlags, type ServeFlags } from '../serve-flags.ts';

/** Adds `precede serve`. */
export function addServeCommand({ command, terminal, setExitCode }: CommandTools): void {
  command.description(
    'Serves OCP’s documented API: adding servers to clusters, and the tasks that do it. Runs that were left open are taken ' +
      'up. SIGTERM and SIGINT end it within ten seconds: what is under way is waited for, the rest is left for the next ' +
      'start; a second one ends it at once. Exit code 0 when it was asked to end.',
  );
  withServeFlags(command);
  command.addHelpText('after', examples);
  command.action(async (flags: ServeFlags) => setExitCode(await serve(flags, terminal)));
}

const examples = `
Examples:
  precede serve --sandbox
  precede serve --store runs.db --inventory inventory.yaml --admin-password-file ./admin.password
  precede serve --store runs.db --host 10.0.0.5 --tls-cert cert.pem --tls-key key.pem --allow-host ocp.example.com`;
