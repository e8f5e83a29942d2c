import { faultOf, type HeldFault } from '../faults.ts';
import type { HostPaths } from '../layout.ts';
import { quoted } from '../program.ts';
import { standInNotice } from '../stand-in-notice.ts';

const head = `#!/bin/sh\n# ${standInNotice}\n`;
const otherArchitecture: Readonly<Record<string, string>> = { x64: 'aarch64', arm64: 'x86_64' };

/**
 * Commands by which a host presents its kernel and its processors: as a well-kept host would, or as its faults say. All
 * hosts share one machine, whose settings are nobody's to judge here, so `sysctl`, `swapon`, `getenforce` and `lscpu`
 * are always answered by stand-ins; other commands only where a fault concerns them.
 */
export function presentedCommands({ dataPath }: HostPaths, faults: readonly HeldFault[]): ReadonlyMap<string, string> {
  const has = (kind: HeldFault['kind']): HeldFault | undefined => faultOf(faults, kind);
  const isUntuned = has('untuned-kernel') !== undefined;
  const scripts = new Map<string, string>([
    ['sysctl', valuesScript({ 'fs.aio-max-nr': String(few(has('few-aio'), 1_024) ?? 1_048_576) })],
    ['swapon', isUntuned ? `${head}echo /dev/stand-in-swap\n` : head],
    ['getenforce', `${head}echo ${isUntuned ? 'Enforcing' : 'Disabled'}\n`],
    ['lscpu', `${head}echo 'Flags: fpu sse4_2${has('no-avx') ? '' : ' avx'}'\n`],
  ]);
  const skew = has('clock-skew');
  if (skew) scripts.set('date', skewedDate(skew.parameter ?? 60_000));
  if (has('wrong-architecture')) scripts.set('uname', otherUname());
  if (has('package-corrupt'))
    scripts.set('sha256sum', `${head}{ printf x; cat; } | PATH=/usr/bin:/bin sha256sum "$@"\n`);
  if (has('foreign-owner')) scripts.set('stat', foreignOwner(dataPath));
  return scripts;
}

/** Shell text that sets, really, the limits under which the commands of a host run; empty without such a fault. */
export function limitsPrelude(faults: readonly HeldFault[]): string {
  const openFiles = few(faultOf(faults, 'few-open-files'), 128);
  const stackKib = few(faultOf(faults, 'small-stack'), 512);
  return [
    openFiles === undefined ? '' : `ulimit -n ${openFiles}; `,
    stackKib === undefined ? '' : `ulimit -s ${stackKib}; `,
  ].join('');
}

function few(fault: HeldFault | undefined, otherwise: number): number | undefined {
  return fault && (fault.parameter ?? otherwise);
}

function valuesScript(values: Readonly<Record<string, string>>): string {
  const cases = Object.entries(values).map(([name, value]) => `    ${name}) echo ${value} ;;`);
  return `${head}for word in "$@"; do
  case "$word" in
    -*) ;;
${cases.join('\n')}
    *) echo "sysctl: cannot stat /proc/sys/$word: this stand-in does not know it" >&2; exit 1 ;;
  esac
done
`;
}

function skewedDate(aheadMs: number): string {
  return `${head}now=$(PATH=/usr/bin:/bin date +%s%3N)
at=$((now + ${aheadMs}))
PATH=/usr/bin:/bin exec date -d "@$((at / 1000)).$(printf %03d $((at % 1000)))" "$@"
`;
}

function foreignOwner(path: string): string {
  return `${head}case " $* " in *' '${quoted(path)}' '*) echo 65534; exit 0 ;; esac
PATH=/usr/bin:/bin exec stat "$@"
`;
}

function otherUname(): string {
  const other = otherArchitecture[process.arch] ?? 'riscv64';
  return `${head}[ "$*" = -m ] && { echo ${other}; exit 0; }
PATH=/usr/bin:/bin exec uname "$@"
`;
}
