import { PrecedeError } from '../../errors/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { sh, type ShellCommand } from '../host/shell-command.ts';
import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { act, look } from './on-host.ts';
import { isLeftAlone, leaveAlone, openSite, recordEffects, type ServerSite } from './site.ts';
import { hostLimit, type ServerToAdd, type Step } from './step.ts';
import { actOnce } from './step-runner/act-once.ts';
import { endForwardSteps, endSteps } from './step-runner/end-step.ts';

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
        await start(context, site);
      }
      const { stdout } = await act(context, site, agentCommand(site, 'status'), agentAsked);
      return { status: stdout.trim() };
    },
    undo: async (context) => {
      const site = await openSite(context, server);
      if (!site.server?.effects.agent) return leaveAlone(site, 'agent');
      await endForwardSteps(context, site);
      // An agent that is not installed, which may be why the run failed, has nothing to stop.
      await act(context, site, sh`[ ! -x ${control(site)} ] || ${agentCommand(site, 'stop')}`, agentAsked);
      await recordEffects(site, { agent: false });
    },
    preview: async (context) => {
      const site = await openSite(context, server);
      const commands = [agentCommand(site, 'start'), agentCommand(site, 'status')];
      return commands.map(({ text }) => ({ kind: 'command', host: site.host.name, text }));
    },
    repeatable: true,
    end: async (context) => endSteps(context, await openSite(context, server)),
    timeoutMs: 1_800_000,
    estimateMs: 10_000,
    limits: hostLimit(server),
  };
}

async function start(context: TaskContext, site: ServerSite): Promise<void> {
  try {
    await actOnce(context, site, { name: 'agent', command: agentCommand(site, 'start'), timeoutMs: agentTimeoutMs });
  } catch (error) {
    throw error instanceof CommandFailedError ? startFailure(error, site) : error;
  }
}

/** A shell ends with 126 or 127 for a program that it cannot start. */
function startFailure(failed: CommandFailedError, site: ServerSite): PrecedeError {
  if (failed.exitStatus !== 126 && failed.exitStatus !== 127) return failed;
  return new PrecedeError('AGENT_MISSING', {
    message: `There is no OCP agent on host ${site.host.id}: ${control(site)} cannot be started.`,
    next: `Install the OCP agent in ${site.host.agentPath}, or correct the path in the inventory; then retry.`,
    details: { hostId: site.host.id, path: control(site), ocpCode: 'CMP10001' },
    cause: failed,
  });
}

/** What the agent says of itself when all its processes run; undefined when one does not. */
async function runningStatus(context: CheckContext, site: ServerSite): Promise<string | undefined> {
  const { exitStatus, stdout } = await look(context, site, agentCommand(site, 'status'), { timeoutMs: agentTimeoutMs });
  return exitStatus === 0 ? stdout.trim() : undefined;
}

function agentCommand(site: ServerSite, verb: 'start' | 'stop' | 'status'): ShellCommand {
  return sh`${control(site)} ${verb}`;
}

function control({ host }: ServerSite): string {
  return `${host.agentPath}/bin/ocp_agentctl`;
}
