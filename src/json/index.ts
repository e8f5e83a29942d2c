export { canonicalJson } from './canonical-json.ts';
export { frozen } from './frozen.ts';
export type { JsonObject, JsonValue } from './json.ts';
