import { isText, WireObject, type AnswerProblems } from './wire-object.ts';

/** What an envelope holds; the answer itself when it has none. An answer that tells an error is reported as such. */
export function withoutEnvelope(json: unknown, problems: AnswerProblems): WireObject {
  const outer = new WireObject(json, '', problems);
  if (outer.has('error')) {
    const error = new WireObject(outer.get('error'), 'error', problems);
    const words = [error.get('code'), error.get('message')].filter((word) => isText(word) || Number.isFinite(word));
    outer.report('ERROR_ANSWER', 'error', `tells that the request failed: ${words.join(' ')}`);
  } else if (outer.get('successful') === false) {
    outer.report('ERROR_ANSWER', 'successful', 'is false: the request failed');
  }
  return outer.has('data') ? new WireObject(outer.get('data'), 'data', problems) : outer;
}
