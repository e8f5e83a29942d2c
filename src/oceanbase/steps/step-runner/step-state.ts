import { sh } from '../../host/shell-command.ts';

/**
 * What a host says of a command in its directory. `idle`: nobody has started it. `revoked`: nobody has, and nobody ever
 * will. `lost`: it was started, and neither runs nor has a result. `gone`: it has no directory (any more).
 */
export type StepState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'revoked' | 'running' | 'lost' | 'gone' }
  | { readonly kind: 'ended'; readonly exitStatus: number; readonly output: string };

const answer = 'precede-step: ';
const plainKinds = ['idle', 'revoked', 'running', 'lost', 'gone'] as const;

/** Shell text that tells the state of the step in the directory "$d"; `readStepState` reads it. */
export const tellState = sh`echo "precede-step: $state"
case $state in ended*) cat "$d/out" 2>/dev/null ;; esac`;

/** The state that an output tells; undefined when it tells none. What a login shell says before it is passed over. */
export function readStepState(stdout: string): StepState | undefined {
  const start = stdout.startsWith(answer) ? 0 : stdout.indexOf(`\n${answer}`) + 1;
  const lineEnd = stdout.indexOf('\n', start);
  const line = stdout.slice(start, lineEnd === -1 ? undefined : lineEnd);
  const [, told = '', status = ''] = /^precede-step: (\w+) ?(\d*)$/.exec(line) ?? [];
  if (told === 'ended' && status !== '') {
    return { kind: 'ended', exitStatus: Number(status), output: lineEnd === -1 ? '' : stdout.slice(lineEnd + 1) };
  }
  const kind = plainKinds.find((known) => known === told);
  return kind && { kind };
}

/**
 * Shell functions about processes. `mark_of` tells apart two processes that had the same pid one after the other: on
 * Linux by the kernel's start tick, elsewhere by the start time that `ps` prints. Empty for one that has ended.
 */
export const processFunctions = sh`mark_of() {
  if [ -r /proc/self/stat ]; then
    set -- $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)
    [ $# -ge 20 ] && [ "$1" != Z ] || return 0
    shift 19
    echo "$1"
  else
    set -- $(ps -o lstart= -p "$1" 2>/dev/null)
    echo "$*"
  fi
}
boot_of() { cat /proc/sys/kernel/random/boot_id 2>/dev/null; }`;

/**
 * Shell functions about a step's directory. `start` in it holds the pid, the process group, the boot and the mark of the
 * shell that has claimed the command. A result counts as soon as it is there; it is looked for again after the process,
 * which may have ended in between.
 */
export const stateFunctions = sh`${processFunctions}
result_of() { [ -f "$1/rc" ] && echo "ended $(cat "$1/rc")"; }
state_of() {
  [ -d "$1" ] || { echo gone; return; }
  result_of "$1" && return
  [ -f "$1/start" ] || { echo idle; return; }
  pid= group= boot= mark=
  { read -r pid; read -r group; read -r boot; read -r mark; } <"$1/start"
  [ "$pid" != revoked ] || { echo revoked; return; }
  [ "$boot" = "$(boot_of)" ] && [ -n "$mark" ] && [ "$mark" = "$(mark_of "$pid")" ] && { echo running; return; }
  result_of "$1" && return
  if [ -d "$1" ]; then echo lost; else echo gone; fi
}`;
