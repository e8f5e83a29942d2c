import { sh, type ShellCommand } from '../host/shell-command.ts';
import type { CheckContext } from '../../workflow/index.ts';
import { actOnce } from './durable-command.ts';
import { act, look } from './on-host.ts';
import { isLeftAlone, leaveAlone, openSite, recordEffects, type ServerSite } from './site.ts';
import { hostLimit, type ServerToAdd, type Step } from './step.ts';

const agentTimeoutMs = 600_000;
const agentAsked = Object.freeze({ timeoutMs: agentTimeoutMs, isRepeatable: true });

/** Starts the OCP agent on the host; one that runs is left as it is. Undo stops it if this run has started it. */
export function startAgent(server: ServerToAdd): Step<{ status: string }> {
  return {
    check: async (context) => {
      const site = await openSite(context, server);
      const status = await runningStatus(context, site);
      if (status === undefined) return 'needed';
      return isLeftAlone(site, 'agent') ? { unknown: 'the agent ran before the run' } : { done: { status } };
    },
    run: async (context) => {
      const site = await openSite(context, server);
      if ((await runningStatus(context, site)) === undefined) {
        await recordEffects(site, { agent: true });
        await actOnce(context, site, {
          name: 'agent',
          command: agentCommand(site, 'start'),
          timeoutMs: agentTimeoutMs,
        });
      }
      const { stdout } = await act(context, site, agentCommand(site, 'status'), agentAsked);
      return { status: stdout.trim() };
    },
    undo: async (context) => {
      const site = await openSite(context, server);
      if (!site.server?.effects.agent) return leaveAlone(site, 'agent');
      await act(context, site, agentCommand(site, 'stop'), agentAsked);
      await recordEffects(site, { agent: false });
    },
    preview: async (context) => {
      const site = await openSite(context, server);
      return [{ kind: 'command', host: site.host.name, text: agentCommand(site, 'start').text }];
    },
    timeoutMs: 1_800_000,
    estimateMs: 10_000,
    limits: hostLimit(server),
  };
}

/** What the agent says of itself when all its processes run; undefined when one does not. */
async function runningStatus(context: CheckContext, site: ServerSite): Promise<string | undefined> {
  const { exitStatus, stdout } = await look(context, site, agentCommand(site, 'status'), { timeoutMs: agentTimeoutMs });
  return exitStatus === 0 ? stdout.trim() : undefined;
}

function agentCommand({ host }: ServerSite, verb: 'start' | 'stop' | 'status'): ShellCommand {
  return sh`${`${host.agentPath}/bin/ocp_agentctl`} ${verb}`;
}
