import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { sh, type ShellCommand } from '../host/shell-command.ts';
import { choosePackage } from '../inventory/choose-package.ts';
import { installedName, type PackageRecord } from '../inventory/package-record.ts';
import { asRoot } from './become.ts';
import { installFailure } from './install-failure.ts';
import {
  bringPackage,
  forgetCommand,
  previewPackage,
  removeBroughtPackage,
  removeInstalledScript,
  removePartsScript,
} from './package-transfer.ts';
import type { ExecResult } from '../host/host-session.ts';
import { act, linesOf, look } from './on-host.ts';
import { isLeftAlone, leaveAlone, openSite, recordEffects, type ServerSite } from './site.ts';
import { hostLimit, type ServerToAdd, type Step } from './step.ts';
import { actOnce } from './step-runner/act-once.ts';
import { endForwardSteps, endSteps, transactionPatienceMs } from './step-runner/end-step.ts';
import { undoName } from './step-runner/step-directory.ts';

const installTimeoutMs = 1_800_000;
/** Where OceanBase's packages install to unless they are told otherwise. */
const packagedHome = '/home/admin/oceanbase';

/**
 * Brings the package to the host, proves its sha256 there and installs it; a package that is installed is left as it
 * is. Undo removes the package if this run has installed it.
 */
export function installRpm(server: ServerToAdd): Step<{ packageName: string }> {
  return {
    check: async (context) => {
      const site = await openSite(context, server);
      const packageName = installedName(await packageFor(context, site, server));
      if (!(await isInstalled(context, site, packageName))) return 'needed';
      return isLeftAlone(site, 'package')
        ? { unknown: `${packageName} was there before the run` }
        : { done: { packageName } };
    },
    run: async (context) => {
      const site = await openSite(context, server);
      const found = await packageFor(context, site, server);
      const packageName = installedName(found);
      if (await isInstalled(context, site, packageName)) return { packageName };
      const file = await bringPackage(context, site, found);
      await recordEffects(site, { packageName });
      const command = installCommand(site, file);
      await install(context, site, { command, found });
      const forget = forgetCommand(found, file);
      if (forget) await act(context, site, forget, { isRepeatable: true });
      return { packageName };
    },
    undo: async (context) => {
      const site = await openSite(context, server);
      await endForwardSteps(context, site, { patienceMs: transactionPatienceMs });
      await removeBroughtPackage(context, site, await packageFor(context, site, server));
      const packageName = site.server?.effects.packageName ?? null;
      if (packageName === null) return leaveAlone(site, 'package');
      if (await isInstalled(context, site, packageName)) {
        await transact(context, site, { name: undoName('rpm'), command: asRoot(site.host, sh`rpm -e ${packageName}`) });
      }
      await recordEffects(site, { packageName: null });
    },
    preview: async (context) => {
      const site = await openSite(context, server);
      const found = await packageFor(context, site, server);
      const { path, commands, notes } = await previewPackage(context, site, found);
      const forget = forgetCommand(found, path);
      const all = [...commands, installCommand(site, path), ...(forget ? [forget] : [])];
      return [
        { kind: 'note', text: `${found.fileName}${sizeText(found)}, sha256 ${found.sha256}` },
        ...notes.map((text) => ({ kind: 'note', text }) as const),
        ...all.map(({ text }) => ({ kind: 'command', host: site.host.name, text }) as const),
      ];
    },
    repeatable: true,
    end: async (context) => {
      const site = await openSite(context, server);
      const found = await chosenPackage(context, site, server);
      const also = sh`${removePartsScript(context.token)}
${found ? removeInstalledScript(found) : sh`:`}`;
      await endSteps(context, site, { patienceMs: transactionPatienceMs, also });
    },
    timeoutMs: 3_600_000,
    estimateMs: 30_000,
    limits: hostLimit(server),
  };
}

async function install(
  context: TaskContext,
  site: ServerSite,
  { command, found }: { readonly command: ShellCommand; readonly found: PackageRecord },
): Promise<void> {
  try {
    await transact(context, site, { name: 'rpm', command });
  } catch (error) {
    throw error instanceof CommandFailedError ? installFailure(error, found) : error;
  }
}

/** Sends what changes the package database. */
function transact(
  context: TaskContext,
  site: ServerSite,
  { name, command }: { readonly name: string; readonly command: ShellCommand },
): Promise<void> {
  return actOnce(context, site, {
    ...{ name, command, timeoutMs: installTimeoutMs },
    patienceMs: transactionPatienceMs,
  });
}

/** Whether the host's package database has it. Throws when the database cannot tell. */
async function isInstalled(context: CheckContext, site: ServerSite, packageName: string): Promise<boolean> {
  return (await queryPackage(context, site, packageName)).exitStatus === 0;
}

/** What the host's package database has under a package's name, whatever the version. Throws as `isInstalled`. */
export async function installedVersions(
  context: CheckContext,
  site: ServerSite,
  packageName: string,
): Promise<readonly string[]> {
  const result = await queryPackage(context, site, packageName);
  return result.exitStatus === 0 ? linesOf(result).map((line) => line.trim()) : [];
}

/** Answers for what is not installed too, with another exit status. */
async function queryPackage(context: CheckContext, site: ServerSite, packageName: string): Promise<ExecResult> {
  const command = sh`LC_ALL=C rpm -q ${packageName}`;
  const result = await look(context, site, command);
  if (result.exitStatus === 0 || result.stdout.includes('is not installed')) return result;
  throw new CommandFailedError(site.host.id, command, result);
}

/** The package of the run, as admission recorded it; before that, in a dry run, the one that would be chosen. */
export async function packageFor(context: CheckContext, site: ServerSite, server: ServerToAdd): Promise<PackageRecord> {
  const found = await chosenPackage(context, site, server);
  if (found) return found;
  throw new PrecedeError('PACKAGE_MISSING', {
    message: `There is no package of version ${site.cluster.obVersion} for host ${server.hostId} any more.`,
    next: 'Add the package to the inventory, then retry.',
    details: { hostId: server.hostId, ocpCode: 'PKG10014' },
  });
}

async function chosenPackage(
  context: CheckContext,
  site: ServerSite,
  server: ServerToAdd,
): Promise<PackageRecord | undefined> {
  const recorded = context.context.stringMap['rpm_name'];
  return await site.services.transact(async (inventory) => {
    const known = (await inventory.packages.list()).find(({ fileName }) => fileName === recorded);
    return known ?? (await choosePackage(inventory, site.cluster, [server]));
  });
}

function sizeText({ size }: PackageRecord): string {
  return size === null ? '' : ` (${size} bytes)`;
}

function installCommand(site: ServerSite, file: string): ShellCommand {
  const { homePath } = site.host;
  const isTold = homePath !== packagedHome || site.dialect.server.namesPrefix;
  const prefix = isTold ? sh`--prefix ${homePath} ` : sh``;
  return asRoot(site.host, sh`rpm -ivh ${prefix}${file}`);
}
