import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';
import { limits } from './limits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came; undefined when there was none. */
    bodyBytes: Buffer | undefined;
  }
}

/**
 * Reads JSON bodies, and those alone: no other content type is accepted. An empty body is none, since clients send the
 * content type with it. What is nested too deeply, or would change an object's prototype, is refused before it is used.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.decorateRequest('bodyBytes', undefined);
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    request.bodyBytes = Buffer.from(bytes);
    const text = request.bodyBytes.toString('utf8');
    if (text === '') done(null, undefined);
    else if (isTooDeep(text, limits.jsonDepthMax)) done(invalid(`is nested deeper than ${limits.jsonDepthMax} levels`));
    else void parse(request, text, (error, body) => (error ? done(invalid(notJson)) : done(null, body)));
  });
  // Where there is no body its type does not matter: clients that send forms name it all the same.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => {
    if (bytes.length === 0) done(null, undefined);
    else done(new ApiError({ ocpCode: 'COM10003', status: 415, message: 'The body is not application/json.' }));
  });
}

/** What does not parse, and what would change the prototype of an object. */
const notJson = 'is not valid JSON, or has a key such as __proto__';

function invalid(what: string): ApiError {
  return new ApiError({ ocpCode: 'COM10003', message: `The body ${what}.` });
}

const quote = 0x22;
const backslash = 0x5c;
const openings = new Set([0x5b, 0x7b]);
const closings = new Set([0x5d, 0x7d]);

/** Whether brackets of a JSON text, those in strings aside, are nested deeper than that. O(length). */
function isTooDeep(text: string, depthMax: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) isInString = !isInString;
    else if (isInString) {
      if (code === backslash) index += 1;
    } else if (openings.has(code)) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (closings.has(code)) depth -= 1;
  }
  return false;
}
