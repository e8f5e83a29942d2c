import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA1(SHA1(password)) as hex: what a server keeps for mysql_native_password. */
export function nativePasswordHash(password: string): string {
  return sha1(sha1(Buffer.from(password))).toString('hex');
}

/** Whether the client knew the password: `token` is its answer to `salt` (20 bytes), `hash` what the server keeps. */
export function checksNativePassword(token: Uint8Array, salt: Uint8Array, hash: string): boolean {
  if (token.length !== 20) return false;
  const kept = Buffer.from(hash, 'hex');
  const mask = sha1(Buffer.concat([salt, kept]));
  const once = Buffer.from(token.map((byte, index) => byte ^ (mask[index] ?? 0)));
  return timingSafeEqual(sha1(once), kept);
}

function sha1(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest();
}
