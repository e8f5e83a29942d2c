import { ApiError } from './api-error.ts';

const challenge = Object.freeze({ 'www-authenticate': 'Basic realm="precede", charset="UTF-8"' });

export function notLoggedIn(): ApiError {
  const next = 'Send Authorization: Basic, or OCP’s signature.';
  return new ApiError({ ocpCode: 'IAM10000', message: 'Nobody is logged in.', next, headers: challenge });
}

export function refused(message: string): ApiError {
  return new ApiError({ ocpCode: 'IAM10004', message, headers: challenge });
}

export function tooManyLogins(seconds: string): ApiError {
  const message = 'Too many failed logins from this address.';
  return new ApiError({ ocpCode: 'IAM10004', status: 429, message, headers: { 'retry-after': seconds } });
}
