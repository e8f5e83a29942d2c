import { sh, type ShellCommand } from '../../host/shell-command.ts';

/** Relative to the login directory, in which every command starts. */
const stepsDirectory = '.precede/steps';

/** Commands whose names begin so belong to a task's undo. */
const undoPrefix = 'undo-';

/** The name of a command of a task's undo, as `actOnce` takes it. */
export function undoName(name: string): string {
  return `${undoPrefix}${name}`;
}

/** The directory of one command, relative to the login directory. */
export function stepDirectory(token: string, name: string): string {
  return `${stepsDirectory}/${token}.${name}`;
}

/** What the tokens of all attempts of a task begin with; a number follows. */
export function tokensOfTask(token: string): string {
  return token.replace(/-\d+$/, '-');
}

/** A pattern, for a shell, of the directories of all attempts of the task that a token belongs to. */
export function directoriesOfTask(token: string): ShellCommand {
  return sh`${`${stepsDirectory}/${tokensOfTask(token)}`}[0-9]*`;
}

/** A pattern, for `case`, of the directories of undo commands. */
export const undoDirectories = sh`*.${undoPrefix}*`;

/**
 * Makes the directory of a command, in which `followScript` will start it. A step of its own, because whoever ends the
 * task takes the directory away: a start that reaches the host after that, from a process that is dead by then, finds
 * none and does nothing. Again does nothing.
 *
 * On the way it removes what runs have left behind that ended more than a week ago.
 */
export function openScript(directory: string): ShellCommand {
  // The directory above goes whenever it is empty, also just now; so this is tried again.
  return sh`umask 077
mkdir -p ${directory} || mkdir -p ${directory} || mkdir -p ${directory} || exit 1
find .precede/steps -name rc -mtime +7 -exec sh -c 'rm -rf -- "\${1%/rc}"' sh {} ';' 2>/dev/null
true`;
}

/** Nothing of ours stays in the home directory of a user without need. */
export const tidyScript = sh`rmdir .precede/steps .precede/packages .precede 2>/dev/null
true`;
