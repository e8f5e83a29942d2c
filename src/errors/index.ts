export { editDistance, nearest } from './nearest.ts';
export { PrecedeError, type ErrorParts } from './precede-error.ts';
export { RefusedError, type Problem } from './refused-error.ts';
export { serializeError, type SerializedError } from './serialized-error.ts';
