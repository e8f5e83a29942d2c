import { standInNotice } from '../stand-in-notice.ts';

/**
 * The stand-in `ss`: the listening TCP sockets of this host's own address only, as `ss -ltn` prints them. All hosts
 * of a sandbox share one kernel; the real `ss` would show the ports of the neighbours.
 */
export function ssScript(ip: string): string {
  return `#!/bin/sh
# ${standInNotice}
header=1
for word in "$@"; do
  case "$word" in
    --no-header) header=0 ;;
    --*) ;;
    -*H*) header=0 ;;
  esac
done
# A filter such as 'sport = :2881 or sport = :2882' keeps those ports; no filter keeps all.
ports=" $(printf '%s ' "$@" | grep -o ':[0-9][0-9]*' | tr -d ':' | tr '\\n' ' ')"
[ $header = 1 ] && echo 'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process'
if [ -r /proc/net/tcp ]; then
  awk -v hex='${littleEndianHex(ip)}' -v ip='${ip}' -v ports="$ports" '
    function number(text,   value, place) {
      value = 0
      for (place = 1; place <= length(text); place++)
        value = value * 16 + index("0123456789ABCDEF", substr(text, place, 1)) - 1
      return value
    }
    $4 == "0A" && substr($2, 1, 8) == hex {
      port = number(substr($2, 10, 4))
      if (ports ~ /^ *$/ || index(ports, " " port " "))
        printf "LISTEN 0      511    %s:%d 0.0.0.0:*\\n", ip, port
    }' /proc/net/tcp
else
  netstat -an -p tcp | awk -v prefix='${ip}.' -v ports="$ports" '
    $6 == "LISTEN" && index($4, prefix) == 1 {
      port = substr($4, length(prefix) + 1)
      if (ports ~ /^ *$/ || index(ports, " " port " "))
        printf "LISTEN 0      511    ${ip}:%s 0.0.0.0:*\\n", port
    }'
fi
`;
}

/** As /proc/net/tcp prints an IPv4 address on the little-endian machines that Node runs on. */
function littleEndianHex(ip: string): string {
  return ip
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
    .join('');
}
