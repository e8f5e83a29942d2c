import { PrecedeError } from '../../errors/index.ts';
import type { CommandFailedError } from '../host/command-failed-error.ts';
import type { PackageRecord } from '../inventory/package-record.ts';

interface Reason {
  /** What `rpm` prints of it. */
  readonly said: RegExp;
  readonly code: string;
  readonly is: string;
  readonly next: string;
  readonly ocpCode: string;
}

const reasons: readonly Reason[] = [
  {
    said: /No space left on device/,
    code: 'DISK_FULL',
    is: 'its disk is full',
    next: 'Free space where the package installs to (df -h), then retry; nothing of the package was left behind.',
    ocpCode: 'CMP07050',
  },
  {
    said: /open of .* failed: No such file or directory/,
    code: 'PACKAGE_UNAVAILABLE',
    is: 'the file was gone when rpm opened it',
    next: 'Find out what removes it from the host, then retry: it is brought again.',
    ocpCode: 'PKG10014',
  },
  {
    said: /digest|BAD|not an rpm package|signature/i,
    code: 'PACKAGE_DAMAGED',
    is: 'rpm finds it damaged',
    next: 'Put the right file in its place, correct its sha256 in the inventory, then retry.',
    ocpCode: 'PKG10014',
  },
  {
    said: /Failed dependencies|is needed by/,
    code: 'PACKAGE_DEPENDENCY_MISSING',
    is: 'it needs packages that are not there',
    next: 'Install what the last lines of output name, then retry.',
    ocpCode: 'PKG10014',
  },
  {
    said: /transaction lock/,
    code: 'PACKAGE_DATABASE_LOCKED',
    is: 'another program holds the lock of the package database',
    next: 'Wait for the end of the other installation, then retry.',
    ocpCode: 'CMP10001',
  },
  {
    said: /rpm: (?:command )?not found/,
    code: 'RPM_MISSING',
    is: 'it has no rpm',
    next: 'Choose a host of an RPM-based system, or install rpm on it.',
    ocpCode: 'PKG10014',
  },
];

/** Why `rpm` did not install a package, by its own name where its output tells; else the failed command itself. */
export function installFailure(failed: CommandFailedError, { fileName }: PackageRecord): PrecedeError {
  const lines = failed.details['lastLines'];
  const output = Array.isArray(lines) ? lines.join('\n') : failed.message;
  const reason = reasons.find(({ said }) => said.test(output));
  if (!reason) return failed;
  const { code, is, next, ocpCode } = reason;
  return new PrecedeError(code, {
    message: `${fileName} was not installed on host ${failed.hostId}: ${is}.`,
    next,
    details: { hostId: failed.hostId, fileName, ocpCode, lastLines: lines ?? [] },
    cause: failed,
  });
}
