import { sh, type ShellCommand } from '../../host/shell-command.ts';
import { processFunctions, stateFunctions, tellState } from './step-state.ts';

/** What of a command's output is kept: its beginning and its end, together less than one answer may hold. */
const kept = Object.freeze({ headBlocks: 512, blockBytes: 1_024, tailBytes: 393_216 });
/** How long output is waited for once the command has ended and something that it left behind holds it open. */
const drainRounds = 40;

/**
 * Starts a command in its directory unless somebody has, waits for its end if it was started here, and tells its state.
 * Sent again, by whomever and however often, it starts nothing more and tells what there is: this is what a connection
 * that was cut, and a process that follows a dead one, come back with.
 *
 * The command runs in a session of its own, so that neither the end of the connection nor a signal for it gets there.
 * A host without `setsid` has the shell's job control for that, or else HUP ignored and nothing more: it outlives the
 * connection there, too, but is ended at once, without patience, when a task is given up.
 */
export function followScript(directory: string, command: ShellCommand): ShellCommand {
  return sh`d=${directory}
${stateFunctions}
state=$(state_of "$d")
if [ "$state" = idle ]; then
  if command -v setsid >/dev/null 2>&1; then
    setsid sh -c ${runner.text} sh "$d" "$(umask)" ${command.text} </dev/null >/dev/null 2>&1 &
  else
    set -m 2>/dev/null
    sh -c ${runner.text} sh "$d" "$(umask)" ${command.text} </dev/null >/dev/null 2>&1 &
  fi
  wait $! 2>/dev/null
  state=$(state_of "$d")
fi
${tellState}`;
}

/**
 * Claims the command and runs it. The claim is a hard link: of any number of shells one succeeds, and the file that it
 * links tells already who it was. So whoever dies before has started nothing, and whoever dies later is known. It is
 * not a lock, which what the command leaves running would inherit and hold, and which tells nothing after a reboot.
 *
 * The process group of the shell that it was sent with is as good for ending it as one of its own; any other holds more
 * than the command. TERM is caught, not ignored: the command gets it, the shell writes down what became of it.
 *
 * The named pipe goes as soon as both ends are open: whoever reads through the home directory would wait on it for ever.
 */
const runner = sh`d=$1 mask=$2 command=$3
umask 077
trap '' HUP
${processFunctions}
if [ -r /proc/self/stat ]; then set -- $(sed 's/.*) //' "/proc/$$/stat"); group=$3
else group=$(ps -o pgid= -p $$ | tr -d ' '); fi
case $group in $$ | $PPID) ;; *) group= ;; esac
trap : TERM INT
printf '%s\\n' $$ "$group" "$(boot_of)" "$(mark_of $$)" >"$d/start.$$" || exit 1
ln "$d/start.$$" "$d/start"
mine=$(cat "$d/start.$$") && [ "$(cat "$d/start")" = "$mine" ] || { rm -f "$d/start.$$"; exit 1; }
rm -f "$d/start.$$"
printf '%s\\n' "$command" >"$d/command"
mkfifo "$d/pipe"
(
  trap '' TERM INT
  dd bs=${kept.blockBytes} count=${kept.headBlocks} >"$d/out.part"
  tail -c ${kept.tailBytes + 1} >"$d/tail"
  if [ "$(wc -c <"$d/tail")" -gt ${kept.tailBytes} ]; then
    printf '\\n[output cut: the middle of it is left out]\\n' >>"$d/out.part"
    tail -c ${kept.tailBytes} "$d/tail" >>"$d/out.part"
  else cat "$d/tail" >>"$d/out.part"; fi
  rm -f "$d/tail"
  mv "$d/out.part" "$d/out"
) <"$d/pipe" >/dev/null &
( rm -f "$d/pipe"; umask "$mask"; eval "$command" ) >"$d/pipe" 2>&1
rc=$?
rounds=0
until [ -f "$d/out" ] || [ $rounds -ge ${drainRounds} ]; do
  sleep 0.05 2>/dev/null || { sleep 1; rounds=$((rounds + 20)); }
  rounds=$((rounds + 1))
done
[ -f "$d/out" ] || { cat "$d/out.part"; printf '\\n[output cut: something holds it open]\\n'; } >"$d/out"
echo $rc >"$d/rc.part" || { rm -f "$d/out"; echo $rc >"$d/rc.part"; }
mv "$d/rc.part" "$d/rc"`;
