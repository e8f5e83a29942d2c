export { createLogger, type LogLevel, type LoggerOptions, type OpenLog } from './create-logger.ts';
