import type { Problem } from '../../errors/index.ts';
import { lastLines } from '../host/command-failed-error.ts';
import type { HostSession } from '../host/host-session.ts';
import { sh } from '../host/shell-command.ts';
import { asRoot } from '../steps/become.ts';
import { hostFactsCommand, parseHostFacts, type HostFacts } from '../steps/host-facts.ts';
import type { DescribedHost } from './fleet-description.ts';

/** What was found on a host. */
export interface HostFindings {
  readonly facts: HostFacts;
  readonly problems: readonly Problem[];
  /** What is worth knowing and stands in nobody's way. */
  readonly notes: readonly string[];
}

/** What a host is held to. */
export interface HostExpectations {
  readonly clockDifferenceMaxMs: number;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

/** Logs in to a host and looks whether what the steps need is there. Changes nothing. @throws HostSessionError */
export async function probeHost(
  shell: HostSession,
  host: DescribedHost,
  { clockDifferenceMaxMs, nowMs }: HostExpectations,
): Promise<HostFindings> {
  // The first command opens the connection, which would count as the clock's.
  const programs = programsIn((await shell.exec(programsCommand(host))).stdout);
  const sentAtMs = nowMs();
  const answer = await shell.exec(hostFactsCommand({ host }));
  const facts = parseHostFacts(answer, { sentAtMs, receivedAtMs: nowMs() });
  const become = host.sudo ? await becomeProblems(shell, host) : [];
  const clockMs = facts.clockDifferenceMs ?? 0;
  const clock = clockMs > clockDifferenceMaxMs ? [clockProblem(clockMs, clockDifferenceMaxMs)] : [];
  return {
    facts,
    problems: [...programProblems(programs, host), ...become, ...placeProblems(facts, host), ...clock],
    notes:
      programs.has('curl') || programs.has('wget') ? [] : ['neither curl nor wget: packages come through this machine'],
  };
}

const programNames = ['rpm', 'ss', 'awk', 'df', 'curl', 'wget', 'sha256sum', 'shasum'] as const;
const agent = 'agent';

function programsCommand({ agentPath }: DescribedHost) {
  return sh`for name in ${programNames}; do command -v "$name" >/dev/null 2>&1 && echo "$name"; done
[ -x ${`${agentPath}/bin/ocp_agentctl`} ] && echo ${agent}
true`;
}

function programsIn(stdout: string): ReadonlySet<string> {
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}

function programProblems(programs: ReadonlySet<string>, { agentPath }: DescribedHost): readonly Problem[] {
  const missing = ['rpm', 'ss', 'awk', 'df'].filter((name) => !programs.has(name));
  const digest = programs.has('sha256sum') || programs.has('shasum') ? [] : ['sha256sum'];
  const absent = [...missing, ...digest].map((name) => ({
    code: 'COMMAND_MISSING',
    message: `there is no ${name} on its PATH`,
    next: 'Install it; remember that a command over SSH reads no profile.',
  }));
  if (programs.has(agent)) return absent;
  const message = `there is no OCP agent in ${agentPath}`;
  return [...absent, { code: 'AGENT_MISSING', message, next: 'Install the agent, or correct directories.agent.' }];
}

async function becomeProblems(shell: HostSession, host: DescribedHost): Promise<readonly Problem[]> {
  const result = await shell.exec(sh`${asRoot(host, sh`rpm -qa`)} >/dev/null`);
  if (result.exitStatus === 0) return [];
  const said = lastLines(result).at(-1) ?? `it ended with ${result.exitStatus}`;
  const next = `Let the user run rpm without a password: "${host.user} ALL=(root) NOPASSWD: /usr/bin/rpm" in sudoers.`;
  return [{ code: 'BECOME_REFUSED', message: `sudo -n rpm does not work: ${said}`, next }];
}

function placeProblems(facts: HostFacts, host: DescribedHost): readonly Problem[] {
  const closed = [
    { path: host.homePath, isWritable: facts.isHomeWritable },
    { path: host.dataPath, isWritable: facts.isDataWritable },
    { path: host.logPath, isWritable: facts.isLogWritable },
  ].filter(({ isWritable }) => !isWritable);
  const kind = host.architecture !== null && facts.architecture !== null && host.architecture !== facts.architecture;
  return [
    ...closed.map(({ path }) => ({
      code: 'DIRECTORY_NOT_WRITABLE',
      message: `${facts.user ?? 'the user'} may not write to ${path}`,
      next: `Give ${path} to the user.`,
    })),
    ...(kind
      ? [
          {
            code: 'ARCHITECTURE_MISMATCH',
            message: `its processors are ${facts.architecture}, not ${host.architecture}`,
            next: 'Correct the file.',
          },
        ]
      : []),
  ];
}

function clockProblem(differenceMs: number, maxMs: number): Problem {
  const message = `its clock differs by ${differenceMs} ms, ${maxMs} ms are allowed`;
  return { code: 'CLOCK_DIFFERENCE', message, next: 'Set both clocks by the same NTP servers.' };
}
