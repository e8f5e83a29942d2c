import { standInDevice } from '../release.ts';
import { standInNotice } from '../stand-in-notice.ts';

/** The stand-in `ip`: `ip -o addr show` with the loopback and the one device that has the host's address. */
export function ipScript(ip: string): string {
  return `#!/bin/sh
# ${standInNotice}
case " $* " in
  *' addr'*)
    echo '1: lo    inet 127.0.0.1/8 scope host lo'
    echo '2: ${standInDevice}    inet ${ip}/24 scope global ${standInDevice}' ;;
  *) echo 'this stand-in knows only: ip -o addr show' >&2; exit 1 ;;
esac
`;
}
