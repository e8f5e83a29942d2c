/** One error that a route answers with: what it is called, when, and how it reads. */
export interface ErrorCase {
  readonly status: number;
  /** OCP's identifier; 0 where OCP prints the number. */
  readonly ocpCode: string | 0;
  /** In a few words, as the name of an example. */
  readonly name: string;
  /** An example of the message. */
  readonly message: string;
}

/** The HTTP status of each of OCP's identifiers that this API answers with. OCP documents the identifiers alone. */
export const statusOfCode = Object.freeze({
  COM10001: 400,
  COM10002: 404,
  COM10003: 400,
  COM10005: 409,
  COM10008: 405,
  COM10009: 403,
  COM10011: 400,
  COM10999: 500,
  IAM10000: 401,
  IAM10004: 401,
  IAM10006: 401,
  IAM11000: 403,
  TSK10001: 404,
  TSK10007: 400,
  TSK10009: 400,
  TSK10010: 400,
  TSK10011: 400,
  CMP07004: 400,
  CMP07005: 404,
  CMP07006: 400,
  CMP07007: 400,
  CMP07008: 400,
  CMP07010: 400,
  PKG10014: 400,
  OBE11001: 404,
  OBE11007: 400,
  OBE11020: 409,
  OBE11021: 400,
  OBE11023: 400,
  OBE18002: 404,
  OBE18008: 409,
} as const satisfies Readonly<Record<string, number>>);

/** An identifier that has a status here. */
export type OcpCode = keyof typeof statusOfCode;

/** Whether a text is one of them. */
export function isOcpCode(text: unknown): text is OcpCode {
  return typeof text === 'string' && Object.hasOwn(statusOfCode, text);
}

/** An error case under its usual status. */
export function errorCase(ocpCode: OcpCode, name: string, message: string): ErrorCase {
  return { status: statusOfCode[ocpCode], ocpCode, name, message };
}
