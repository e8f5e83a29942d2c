import { RefusedError, type Problem } from '../errors/index.ts';
import { statusOfCode, type OcpCode } from './error-cases.ts';

/** What an answer that tells an error is made of. */
export interface ApiErrorParts {
  /** OCP's identifier of the error. */
  readonly ocpCode: OcpCode;
  readonly message: string;
  /** What the reader can do next. */
  readonly next?: string | undefined;
  /** The HTTP status. @default the usual one of the code */
  readonly status?: number;
  /** Headers that belong to the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was asked for over HTTP cannot be done, and nothing was changed. Its status and code are those of the answer. */
export class ApiError extends RefusedError<'API_REFUSED'> {
  readonly status: number;
  readonly ocpCode: OcpCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor({ ocpCode, message, next, status = statusOfCode[ocpCode], headers = {} }: ApiErrorParts) {
    const problem: Problem = { code: 'API_REFUSED', message, next, details: { ocpCode } };
    super('API_REFUSED', 'Request', [problem]);
    this.status = status;
    this.ocpCode = ocpCode;
    this.headers = headers;
  }
}

/** What cannot be answered for now, and can be asked for again. */
export function unavailable(message: string): ApiError {
  return new ApiError({ ocpCode: 'COM10999', status: 503, message, headers: { 'retry-after': '1' } });
}
