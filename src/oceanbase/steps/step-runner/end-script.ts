import { sh, type ShellCommand } from '../../host/shell-command.ts';
import { directoriesOfTask, tidyScript, undoDirectories } from './step-directory.ts';
import { stateFunctions, tellState } from './step-state.ts';

/** What a command that still runs is sent; `none` only asks. */
export type EndSignal = 'none' | 'TERM' | 'KILL';

/**
 * `revoke` claims a command that nobody has started, so that nobody will. `signal_step` sends a signal to the whole
 * process group of a command that runs. KILL is kept back while the group holds a process of another user, which `sudo`
 * has made: it would reach all but that one, and with them what knows how it ends.
 */
const endFunctions = sh`${stateFunctions}
revoke() {
  [ ! -f "$1/start" ] && [ ! -f "$1/rc" ] || return 0
  echo revoked >"$1/end.$$" && ln "$1/end.$$" "$1/start" 2>/dev/null
  rm -f "$1/end.$$"
}
members_of() {
  if [ -r /proc/self/stat ]; then sed 's/^\\([0-9]*\\) .*) . [0-9]* \\([0-9]*\\) .*/\\1 \\2/' /proc/[0-9]*/stat 2>/dev/null
  else ps -A -o pid= -o pgid=; fi | while read -r member its; do [ "$its" != "$1" ] || echo "$member"; done
}
signal_step() {
  { read -r pid; read -r group; } <"$1/start"
  if [ "$2" = KILL ]; then
    for member in $(members_of "\${group:-none}"); do kill -0 "$member" 2>/dev/null || return 0; done
  fi
  if [ -n "$group" ]; then kill -s "$2" -- "-$group"; else kill -s "$2" "$pid"; fi 2>/dev/null
}`;

/** Ends one command, or keeps it from ever starting, and tells its state. Its directory stays. */
export function endOneScript(directory: string, signal: EndSignal): ShellCommand {
  return sh`d=${directory}
${endFunctions}
[ ! -d "$d" ] || revoke "$d"
state=$(state_of "$d")
if [ "$state" = running ] && [ ${signal} != none ]; then signal_step "$d" ${signal}; fi
${tellState}`;
}

/**
 * Ends the commands of all attempts of a task and takes their directories away; tells `running` while one still runs.
 * A directory is renamed before it is emptied: from then on nothing can be started in it.
 */
export function endAllScript(
  token: string,
  options: { readonly signal: EndSignal; readonly keepsUndo: boolean; readonly also: ShellCommand },
): ShellCommand {
  const { signal, keepsUndo, also } = options;
  return sh`${endFunctions}
d= state=gone
for step in ${directoriesOfTask(token)}; do
  [ -d "$step" ] || continue
  ${keepsUndo ? sh`case $step in ${undoDirectories}) continue ;; esac` : sh`:`}
  revoke "$step"
  if [ "$(state_of "$step")" = running ]; then
    state=running
    [ ${signal} = none ] || signal_step "$step" ${signal}
  else
    mv -- "$step" "$step.ended$$" && rm -rf -- "$step.ended$$"
  fi
done
${tellState}
[ $state = running ] || { ${also}
}
${tidyScript}`;
}
