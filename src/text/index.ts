export { cleanLine, cleanLines } from './clean-text.ts';
