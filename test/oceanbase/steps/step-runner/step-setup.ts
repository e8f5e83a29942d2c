import type { TaskContext } from 'precede';
import type { HostConnectionsOptions } from '../../../../src/oceanbase/host/host-connections.ts';
import type { StepSite } from '../../../../src/oceanbase/steps/step-runner/step-site.ts';
import { setupHost, type HostSetup } from '../../support/host-setup.ts';
import { likeSshd, newHome } from '../../support/sshd-like.ts';

/** The context of an attempt of task 3 in run 7, with what it has logged. */
export interface StepContext extends TaskContext {
  readonly lines: string[];
}

/** A host on which commands are run in their directories, and a way to it. */
export interface StepHost extends HostSetup {
  readonly home: string;
  readonly site: StepSite;
  /** Another way to the same host, as another process has. */
  otherSite(): StepSite;
}

/** What steps need of a host. */
export function siteOn(shell: StepSite['shell']): StepSite {
  return { shell, services: { pollIntervalMs: 20 } };
}

/** Ends with the test. */
export async function setupStepHost(
  options: Partial<HostConnectionsOptions> & { readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<StepHost> {
  const { env, ...connectionOptions } = options;
  const home = newHome();
  const setup = await setupHost({ onCommand: likeSshd(home, env) }, connectionOptions);
  return { ...setup, home, site: siteOn(setup.host), otherSite: () => siteOn(setup.another()) };
}

export function contextOf(token: string, facts: Partial<TaskContext> = {}): StepContext {
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(text);
  return {
    ...{ input: {}, upstream: {}, context: { stringMap: {}, listMap: {} }, runId: 7, attempt: 1, token, lines },
    signal: AbortSignal.timeout(60_000),
    log: { debug: write, info: write, warn: write, output: write },
    use: () => {
      throw new Error('no services here');
    },
    progress: () => {},
    throwIfFenced: async () => {},
    ...facts,
  };
}
