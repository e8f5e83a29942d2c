import { RefusedError, type Problem } from '../../errors/index.ts';
import type { CheckContext } from '../../workflow/index.ts';
import { installedVersions, packageFor } from './install-rpm.ts';
import { hostFactsCommand, parseHostFacts, type HostFacts } from './host-facts.ts';
import { hostWarnings } from './host-minimums.ts';
import { hostProblems } from './host-problems.ts';
import { readListeners } from './listeners.ts';
import { statePaths } from './make-directories.ts';
import { readNetworkDevice } from './network-device.ts';
import { findObserver } from './observer-process.ts';
import { observerArguments } from './observer-arguments.ts';
import { look } from './on-host.ts';
import { readServer } from './server-view.ts';
import { openSite } from './site.ts';
import { hostLimit, type ServerToAdd, type Step } from './step.ts';

/** What the pre-check saw and let pass. */
export interface PreCheckReport {
  readonly facts: HostFacts;
  readonly warnings: readonly string[];
}

/**
 * Looks whether the host can take a server: ports, directories and their owner, disks, memory, processors, limits,
 * kernel, clock, an observer or a package that is there already. Reports everything that is wrong with the host at once; changes nothing.
 */
export function preCheckForInstall(server: ServerToAdd): Step<PreCheckReport> {
  return {
    check: async (context) => {
      const { problems, report } = await inspectHost(context, server);
      if (problems.length > 0) {
        const named = problems.map((problem) => ({
          ...problem,
          message: `Host ${server.hostId}: ${problem.message}.`,
        }));
        return { unknown: problems.map(({ message }) => message).join('; '), problems: named };
      }
      for (const warning of report.warnings) context.log.warn(warning);
      return { done: report };
    },
    run: async (context) => {
      const { problems, report } = await inspectHost(context, server);
      for (const warning of report.warnings) context.log.warn(warning);
      if (problems.length > 0) throw refused(server, problems);
      return report;
    },
    preview: async (context) => {
      const site = await openSite(context, server);
      return [{ kind: 'command', host: site.host.name, text: hostFactsCommand(site).text }];
    },
    repeatable: true,
    timeoutMs: 1_800_000,
    estimateMs: 5_000,
    limits: hostLimit(server),
  };
}

/** One problem gives the error its own code and remedy; of several, each carries both in the list. */
function refused({ hostId }: ServerToAdd, problems: readonly Problem[]): RefusedError {
  const [only] = problems;
  if (only && problems.length === 1) return new RefusedError(only.code, `Host ${hostId}`, problems);
  const withRemedies = problems.map((problem) => ({
    ...problem,
    message: `${problem.message} -> ${problem.next ?? 'see the log'}`,
  }));
  return new RefusedError('PRE_CHECK_FAILED', `Host ${hostId}`, withRemedies);
}

interface Inspection {
  readonly problems: readonly Problem[];
  readonly report: PreCheckReport;
}

async function inspectHost(context: CheckContext, server: ServerToAdd): Promise<Inspection> {
  const site = await openSite(context, server);
  const { paths, host, cluster } = site;
  const found = await packageFor(context, site, server);
  const sentAtMs = site.services.nowMs();
  const seen = await look(context, site, hostFactsCommand(site));
  const facts = parseHostFacts(seen, { sentAtMs, receivedAtMs: site.services.nowMs() });
  const [listeners, states, observer, installed, row, device] = await Promise.all([
    readListeners(context, site),
    statePaths(context, site, [host.dataPath, host.logPath, ...paths.leaves]),
    findObserver(context, site),
    installedVersions(context, site, found.name),
    readServer(context, site),
    readNetworkDevice(context, site),
  ]);
  const startedWith = observer ? await observerArguments(context, site) : '';
  const seenThere = { listeners, states, observer, startedWith, installed, row, device };
  const evidence = { site, server, facts, ...seenThere, package: found };
  return {
    problems: hostProblems(evidence),
    report: { facts, warnings: hostWarnings(facts, cluster.hostRequirements) },
  };
}
