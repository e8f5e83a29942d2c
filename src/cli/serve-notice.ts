import type { SandboxAccess } from '../oceanbase/index.ts';
import type { Output } from './output.ts';
import type { AdminNotice } from './prepare-admin.ts';

/** What is to be known of a server that has begun to listen. */
export interface ServeNotice {
  readonly url: string;
  readonly storeFile: string;
  readonly admin: AdminNotice;
  readonly access: SandboxAccess | undefined;
  readonly format: 'text' | 'json';
}

/** Says where the server is to be reached, and how to log in. */
export function tellServing({ url, storeFile, admin, access, format }: ServeNotice, out: Output): void {
  if (format === 'json') {
    const password = admin.kind === 'made' ? { adminPassword: admin.password } : {};
    out.lines([JSON.stringify({ url, store: storeFile, adminUser: 'admin', ...password })]);
    return;
  }
  const free = access?.hosts.filter(({ role }) => role === 'free').map(({ id }) => id) ?? [];
  out.lines([
    `Serving ${url}`,
    `  docs   ${url}/docs, ${url}/openapi.json`,
    `  store  ${storeFile}`,
    `  login  ${loginText(admin)}`,
    ...(access ? [`  hosts  ${free.join(', ')} may be added to cluster ${access.cluster.id}`, '', access.standIn] : []),
    '',
    'Ctrl-C ends it: what is under way is waited for, the rest goes on at the next start.',
  ]);
}

function loginText(admin: AdminNotice): string {
  switch (admin.kind) {
    case 'known':
      return 'admin, and whoever else precede user list shows';
    case 'made':
      return `admin, password ${admin.password} (shown this once; precede user passwd admin changes it)`;
    case 'from-file':
      return `admin, password as in ${admin.file}${admin.isOpenToOthers ? ' (which others than its owner can read: chmod 600)' : ''}`;
  }
}
