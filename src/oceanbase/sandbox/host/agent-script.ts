import { join } from 'node:path';
import { quoted } from '../program.ts';
import { standInNotice } from '../stand-in-notice.ts';

/** The processes of an OCP agent, in the order in which they start. */
export const agentProcesses = ['ocp_agentd', 'ocp_mgragent', 'ocp_monagent'] as const;

/** One of the agent's processes: it waits for nothing but the end of the sandbox's owner, which closes the FIFO. */
export function agentProcessScript(ownerFifo: string): string {
  return `#!/bin/sh
# ${standInNotice}
[ -p ${quoted(ownerFifo)} ] || exit 1
read -r _ < ${quoted(ownerFifo)}
exit 0
`;
}

/** The stand-in \`ocp_agentctl\`: start, stop, restart and status, answered with one JSON object a call. */
export function agentControlScript(agentPath: string): string {
  return `#!/bin/sh
# ${standInNotice}
AGENT=${quoted(agentPath)}
NAMES='${agentProcesses.join(' ')}'
mkdir -p "$AGENT/run" "$AGENT/log"

pid_of() { cat "$AGENT/run/$1.pid" 2>/dev/null; }

# A pid file alone proves nothing: the process may be gone and its number taken by another.
runs() {
  pid=$(pid_of "$1") && [ -n "$pid" ] || return 1
  if [ -d /proc/self ]; then args=$({ tr '\\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null)
  else args=$(ps -o args= -p "$pid" 2>/dev/null); fi
  case "$args" in *"$AGENT/bin/$1"*) return 0 ;; *) return 1 ;; esac
}

start() {
  for name in $NAMES; do
    runs "$name" && continue
    sh "$AGENT/bin/$name" </dev/null >>"$AGENT/log/$name.log" 2>&1 &
    echo $! >"$AGENT/run/$name.pid.tmp" && mv "$AGENT/run/$name.pid.tmp" "$AGENT/run/$name.pid"
  done
  for name in $NAMES; do
    tries=0
    # Right after the fork the process still goes by this script's own name.
    until runs "$name"; do
      tries=$((tries + 1))
      [ $tries -le 50 ] || { printf '{"successful":false,"message":null,"error":"%s does not run"}\\n' "$name"; exit 1; }
      sleep 0.1
    done
  done
}

stop() {
  for name in $NAMES; do
    runs "$name" && kill -9 "$(pid_of "$name")"
    rm -f "$AGENT/run/$name.pid"
  done
}

status() {
  printf '{"successful":true,"message":{'
  separator=''
  all=0
  for name in $NAMES; do
    if runs "$name"; then state=running; pid=$(pid_of "$name"); else state=stopped; pid=0; all=1; fi
    printf '%s"%s":{"state":"%s","pid":%s}' "$separator" "$name" "$state" "$pid"
    separator=,
  done
  printf '},"error":""}\\n'
  exit $all
}

case "$1" in
  start) start ;;
  stop) stop ;;
  restart) stop; start ;;
  status) status ;;
  *) echo "usage: ocp_agentctl start|stop|restart|status" >&2; exit 2 ;;
esac
printf '{"successful":true,"message":null,"error":""}\\n'
`;
}

/** Where the agent's commands stand. */
export function agentCommand(agentPath: string, name: string): string {
  return join(agentPath, 'bin', name);
}
