/** Everybody's here. */
export const loadPassword = 'correct horse battery';

function basic(name: string): string {
  return `Basic ${Buffer.from(`${name}:${loadPassword}`).toString('base64')}`;
}

/** A GET as bytes on the wire. */
export function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic('admin')}\r\n\r\n`;
}

/** A POST of JSON as bytes on the wire. */
export function post(
  path: string,
  body: unknown,
  { as = 'admin', headers = {} }: { readonly as?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): string {
  const text = JSON.stringify(body);
  const head = Object.entries({
    Host: 'localhost',
    Authorization: basic(as),
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return `POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${text}`;
}

/** Adding the host of a cluster to one of its zones. */
export function addServer(clusterId: number, { zoneName, hostId }: { zoneName: string; hostId: number }): string {
  return post(`/api/v2/ob/clusters/${clusterId}/servers`, { zoneName, servers: [hostId] });
}

/** Reading a task with its subtasks. */
export function detail(taskId: number): string {
  return get(`/api/v2/tasks/instances/${taskId}`);
}
