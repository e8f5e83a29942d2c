import { PrecedeError, RefusedError, type Problem } from '../errors/index.ts';
import type { OcpError } from '../ocp/index.ts';
import { OperationRefusedError, type OperationRefusal } from '../run/index.ts';
import { ApiError } from './api-error.ts';
import { isOcpCode, statusOfCode, type OcpCode } from './error-cases.ts';

/** How an error is answered. */
export interface ErrorAnswer {
  readonly status: number;
  readonly error: OcpError;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether nobody could have expected it, so that the log has to tell more than the answer. */
  readonly isUnexpected: boolean;
}

const subErrorsMax = 100;
const problemsToldMax = 10;

/** Refusals that have one meaning over HTTP, whatever they were about. */
const codeOfRefusal: Readonly<Record<string, OcpCode>> = {
  CLAIM_HELD: 'OBE11020',
  IDEMPOTENCY_KEY_REUSED: 'COM10005',
  PLAN_CHANGED: 'TSK10011',
  RUN_HELD: 'COM10005',
  RUN_NOT_OWNED: 'COM10005',
  SECRET_INPUT: 'TSK10007',
  UNKNOWN_RUN: 'TSK10001',
  UNKNOWN_TASK: 'TSK10001',
  UNKNOWN_WORKFLOW: 'TSK10007',
};

/** Somebody was quicker; nothing was written. */
const conflicts = new Set(['LEASE_LOST', 'JOURNAL_MOVED']);

/** What is refused for now, and can be asked for again. */
const unavailable = new Set([
  'ACCESS_BUSY',
  'ACCESS_KEY_SEALED',
  'ENGINE_CLOSED',
  'STORE_BUSY',
  'STORE_CLOSED',
  'STORE_FAILED',
  'STORE_FULL',
]);

const codeOfReason: Readonly<Record<OperationRefusal, OcpCode>> = {
  state: 'TSK10007',
  'skip-forbidden': 'TSK10010',
  irreversible: 'TSK10009',
  'unknown-name': 'COM10001',
};

/** Turns anything that was thrown while a request was answered into its answer. Tells nothing that was not meant to be told. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  if (thrown instanceof ApiError) {
    const { status, ocpCode, headers, problems } = thrown;
    // OCP prints the number 0 for too many requests.
    const code = status === 429 ? 0 : ocpCode;
    return { status, error: { code, message: textOf(problems) }, headers, isUnexpected: false };
  }
  if (thrown instanceof PrecedeError && unavailable.has((thrown as PrecedeError).code)) {
    return answered('COM10999', (thrown as PrecedeError).message, { status: 503, headers: { 'retry-after': '1' } });
  }
  if (thrown instanceof PrecedeError && conflicts.has((thrown as PrecedeError).code)) {
    return answered('COM10005', (thrown as PrecedeError).message);
  }
  if (thrown instanceof OperationRefusedError) return answered(codeOfReason[thrown.reason], sentence(thrown.message));
  if (thrown instanceof RefusedError) return refusalAnswer(thrown as RefusedError);
  return httpAnswer(thrown) ?? { ...answered('COM10999', 'Something unexpected failed.'), isUnexpected: true };
}

function refusalAnswer({ code, problems }: RefusedError): ErrorAnswer {
  const [first] = problems;
  const ocpCode = codeOfProblem(first) ?? codeOfRefusal[code] ?? 'COM10001';
  const answer = answered(ocpCode, messageOfRefusal[code] ?? textOf(problems));
  if (problems.length < 2) return answer;
  const subErrors = problems
    .slice(0, subErrorsMax)
    .map((problem) => ({ code: codeOfProblem(problem) ?? ocpCode, message: textOf([problem]) }));
  return { ...answer, error: { ...answer.error, subErrors } };
}

/** Refusals whose own words are for people at a terminal. */
const messageOfRefusal: Readonly<Record<string, string>> = {
  IDEMPOTENCY_KEY_REUSED:
    'The token has already made a task, with another request. Give this request a token of its own.',
  UNKNOWN_WORKFLOW:
    'This server does not have the workflow of the task. Act on it with the command line (precede), or in the program that started it.',
};

const codeOfStatus: Readonly<Record<number, OcpCode>> = {
  404: 'COM10002',
  413: 'COM10003',
  414: 'COM10003',
  415: 'COM10003',
};

/** The framework's own messages repeat the URL, and a query may hold what nobody else is to see. */
const messageOfFailure: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The URL cannot be decoded.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the URL is too long.',
};

/** What the framework itself throws: it says which status it means. */
function httpAnswer(thrown: unknown): ErrorAnswer | undefined {
  if (!(thrown instanceof Error) || !('statusCode' in thrown) || typeof thrown.statusCode !== 'number')
    return undefined;
  const status = thrown.statusCode;
  if (status < 400 || status >= 500) return undefined;
  const message = 'code' in thrown ? messageOfFailure[String(thrown.code)] : undefined;
  return answered(codeOfStatus[status] ?? 'COM10001', message ?? thrown.message, { status });
}

function answered(
  code: OcpCode,
  message: string,
  { status = statusOfCode[code], headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): ErrorAnswer {
  return { status, error: { code, message }, headers, isUnexpected: false };
}

function codeOfProblem(problem: Problem | undefined): OcpCode | undefined {
  const code = problem?.details?.['ocpCode'];
  return isOcpCode(code) ? code : undefined;
}

/** The first problems, each with what to do about it, on one line, and how many more there are. */
function textOf(problems: readonly Problem[]): string {
  const told = problems
    .slice(0, problemsToldMax)
    .flatMap(({ message, next = '' }) => [message, next].filter((part) => part !== '').map(sentence));
  const left = problems.length - problemsToldMax;
  return [...told, ...(left > 0 ? [`And ${left} more.`] : [])].join(' ');
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
