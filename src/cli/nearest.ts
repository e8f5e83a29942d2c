export { nearest } from '../errors/index.ts';
