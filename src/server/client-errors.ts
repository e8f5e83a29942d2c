import type { FastifyInstance } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Answers } from './answers.ts';
import { limits } from './limits.ts';
import { secureHeaders } from './secure-headers.ts';

/** What Node says of it. */
interface ClientError {
  readonly code: string;
  /** What came on the socket last. */
  readonly rawPacket?: unknown;
}

const statusOfError: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

const messageOfStatus: Readonly<Record<number, string>> = {
  400: 'This is not HTTP.',
  408: 'The request did not arrive in time.',
  414: `The URL is longer than ${limits.urlLengthMax} characters.`,
  417: 'What is expected cannot be met.',
  431: `The headers are larger than ${limits.headerBytesMax} bytes.`,
};

/** Answers, in the envelope too, what never became a request; then the connection is closed. */
export function answerClientError(answers: Answers, error: ClientError, socket: Socket): void {
  if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  socket.end(rawAnswer(answers, statusOf(error)), () => socket.destroy());
}

/** Node answers an unknown `Expect` by itself; this does it in the envelope. */
export function answerExpectations(app: FastifyInstance, answers: Answers): void {
  app.server.on('checkExpectation', ({ socket }: { readonly socket: Socket }) => {
    socket.end(rawAnswer(answers, 417));
  });
}

function statusOf({ code, rawPacket }: ClientError): number {
  const status = statusOfError[code] ?? 400;
  return status === 431 && isLongUrl(rawPacket) ? 414 : status;
}

/** Whether the headers are too large because their first line is. */
function isLongUrl(packet: unknown): boolean {
  const start = Buffer.isBuffer(packet) ? packet.subarray(0, limits.urlLengthMax).toString('latin1') : '';
  return /^[A-Z]+ \S*$/.test(start) && start.length === limits.urlLengthMax;
}

function rawAnswer(answers: Answers, status: number): string {
  const message = messageOfStatus[status] ?? '';
  const body = answers.rawError({ status, error: { code: 'COM10003', message } }, '');
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(secureHeaders({ isTls: false })).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
