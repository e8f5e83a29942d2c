export { createScrubber, secretMask, type Scrubber } from './scrubber.ts';
export { collectSecrets, secret } from './secret.ts';
