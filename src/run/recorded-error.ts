import { serializeError, type SerializedError } from '../errors/index.ts';

/** No recorded error is longer, in characters of JSON. */
const errorLengthMax = 65_536;
const messageLengthMax = 8_192;

/**
 * Anything that a body threw, as it is recorded: a JSON value of bounded size. Never throws. Of what is too long, or
 * cannot be written, the code and the beginning of the message remain.
 */
export function recordedError(thrown: unknown): SerializedError {
  try {
    const error = serializeError(thrown);
    const text = asText(error);
    if (text.length <= errorLengthMax) return JSON.parse(text) as SerializedError;
    return { code: error.code, message: shortened(error.message) };
  } catch {
    return { code: 'UNEXPECTED', message: 'Something was thrown that cannot be read.' };
  }
}

/** Without what is no JSON, when that is what it takes. */
function asText(error: SerializedError): string {
  try {
    return JSON.stringify(error);
  } catch {
    return JSON.stringify({ code: error.code, message: error.message });
  }
}

function shortened(message: string): string {
  if (message.length <= messageLengthMax) return message;
  return `${message.slice(0, messageLengthMax).toWellFormed()} … (${message.length} characters)`;
}
