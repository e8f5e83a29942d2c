import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { sh, ShellCommand } from '../host/shell-command.ts';
import type { ObserverPaths } from './observer-paths.ts';
import { hasOwnObserver } from './observer-arguments.ts';
import { act, linesOf, look } from './on-host.ts';
import { isLeftAlone, leaveAlone, openSite, recordEffects, type ServerSite } from './site.ts';
import { hostLimit, type ServerToAdd, type Step } from './step.ts';

/** What stands at a path. A link is told by its target. */
type PathState = 'absent' | 'empty' | 'full' | 'file' | `link ${string}`;

/**
 * Makes the directories of the server on the data and log disks, and the links to them in its store. What it writes to
 * must be empty, else the cluster would not take it. Undo removes exactly what this run has made.
 */
export function makeDirectories(server: ServerToAdd): Step<{ paths: readonly string[] }> {
  return {
    check: async (context) => {
      const site = await openSite(context, server);
      const states = await readPaths(context, site);
      if (missingPaths(site.paths, states).length > 0) return 'needed';
      if (isLeftAlone(site, 'directories')) return { unknown: 'the directories were there before the run' };
      const wrong = await wrongPaths(context, site, { server, states });
      if (wrong.length > 0) return { unknown: wrong.join('; '), problems: [notClean(site, wrong)] };
      return { done: { paths: allPaths(site.paths) } };
    },
    run: async (context) => {
      const site = await openSite(context, server);
      const states = await readPaths(context, site);
      const wrong = await wrongPaths(context, site, { server, states });
      if (wrong.length > 0) throw notClean(site, wrong);
      const made = new Set([...(site.server?.effects.paths ?? []), ...missingPaths(site.paths, states)]);
      await recordEffects(site, { paths: allPaths(site.paths).filter((path) => made.has(path)) });
      await act(context, site, makeCommand(site.paths, states), { isRepeatable: true });
      return { paths: allPaths(site.paths) };
    },
    undo: async (context) => {
      const site = await openSite(context, server);
      const made = site.server?.effects.paths ?? [];
      if (made.length === 0) return leaveAlone(site, 'directories');
      await act(context, site, removeCommand(made), { isRepeatable: true });
      await recordEffects(site, { paths: [] });
    },
    preview: async (context) => {
      const site = await openSite(context, server);
      const states = await readPaths(context, site);
      const wrong = await wrongPaths(context, site, { server, states });
      if (wrong.length > 0) throw notClean(site, wrong);
      return [{ kind: 'command', host: site.host.name, text: makeCommand(site.paths, states).text }];
    },
    repeatable: true,
    timeoutMs: 600_000,
    estimateMs: 2_000,
    limits: hostLimit(server),
  };
}

/** What stands at each of these paths on the host. */
export async function statePaths(
  context: CheckContext,
  site: ServerSite,
  paths: readonly string[],
): Promise<ReadonlyMap<string, PathState>> {
  const command = sh`for path in ${paths}; do
  if [ -L "$path" ]; then echo "link $(readlink -- "$path")"
  elif [ -d "$path" ]; then if [ -z "$(ls -A -- "$path")" ]; then echo empty; else echo full; fi
  elif [ -e "$path" ]; then echo file
  else echo absent; fi
done`;
  const result = await look(context, site, command);
  const lines = linesOf(result);
  if (result.exitStatus !== 0 || lines.length !== paths.length)
    throw new CommandFailedError(site.host.id, command, result);
  return new Map(paths.map((path, index) => [path, lines[index] as PathState]));
}

function readPaths(context: CheckContext, site: ServerSite): Promise<ReadonlyMap<string, PathState>> {
  return statePaths(context, site, allPaths(site.paths));
}

function allPaths({ directories, links }: ObserverPaths): readonly string[] {
  return [...directories, ...links.map(({ path }) => path)];
}

function missingPaths(paths: ObserverPaths, states: ReadonlyMap<string, PathState>): readonly string[] {
  return allPaths(paths).filter((path) => (states.get(path) ?? 'absent') === 'absent');
}

interface PathsToJudge {
  readonly server: ServerToAdd;
  readonly states: ReadonlyMap<string, PathState>;
}

/** What stands in the way. Once the server's own observer has started, its directories are full, as they should be. */
async function wrongPaths(
  context: CheckContext,
  site: ServerSite,
  { server, states }: PathsToJudge,
): Promise<readonly string[]> {
  const { paths } = site;
  const isFull = paths.leaves.some((path) => states.get(path) === 'full');
  const mayBeFull = isFull && (site.server?.effects.process === true || (await hasOwnObserver(context, site, server)));
  const full = paths.leaves
    .filter((path) => states.get(path) === 'full' && !mayBeFull)
    .map((path) => `${path} is not empty`);
  const files = paths.directories
    .filter((path) => states.get(path) === 'file')
    .map((path) => `${path} is not a directory`);
  const astray = paths.links
    .filter(({ path, target }) => !['absent', `link ${target}`, undefined].includes(states.get(path)))
    .map(({ path, target }) => `${path} is not a link to ${target}`);
  return [...full, ...files, ...astray];
}

function makeCommand(paths: ObserverPaths, states: ReadonlyMap<string, PathState>): ShellCommand {
  const missing = new Set(missingPaths(paths, states));
  const links = paths.links.filter(({ path }) => missing.has(path));
  return ShellCommand.allOf([
    sh`mkdir -p -- ${paths.directories}`,
    ...links.map(({ path, target }) => sh`ln -sfn -- ${target} ${path}`),
  ]);
}

/** `rmdir` and `rm` of a link take nothing away that somebody else has put there. */
function removeCommand(made: readonly string[]): ShellCommand {
  return sh`for path in ${[...made].reverse()}; do
  if [ -L "$path" ]; then rm -- "$path" || exit 1
  elif [ -d "$path" ]; then rmdir -- "$path" || exit 1; fi
done`;
}

function notClean({ host }: ServerSite, wrong: readonly string[]): PrecedeError<'DIRECTORIES_NOT_CLEAN'> {
  return new PrecedeError('DIRECTORIES_NOT_CLEAN', {
    message: `On host ${host.id} something is in the way: ${wrong.join('; ')}.`,
    next: 'Move it away (a server with old data cannot be added), then retry.',
    details: { hostId: host.id, wrong },
  });
}
