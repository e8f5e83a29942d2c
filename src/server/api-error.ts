import { RefusedError, type Problem } from '../errors/index.ts';

/** What an answer that tells an error is made of. */
export interface ApiErrorParts {
  /** The HTTP status. */
  readonly status: number;
  /** OCP's identifier of the error, such as `TSK10001`. */
  readonly ocpCode: string;
  readonly message: string;
  /** What the reader can do next. */
  readonly next?: string | undefined;
}

/** What was asked for over HTTP cannot be done, and nothing was changed. Its status and code are those of the answer. */
export class ApiError extends RefusedError<'API_REFUSED'> {
  readonly status: number;
  readonly ocpCode: string;

  constructor({ status, ocpCode, message, next }: ApiErrorParts) {
    const problem: Problem = { code: 'API_REFUSED', message, next, details: { ocpCode } };
    super('API_REFUSED', 'Request', [problem]);
    this.status = status;
    this.ocpCode = ocpCode;
  }
}
