import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { standInNotice } from '../stand-in-notice.ts';
import { sqlTime } from './sql-table.ts';

/** Writes to log/observer.log of an observer. */
export interface ObserverLog {
  info(text: string): void;
  error(text: string): void;
}

/** Opens the logs below the observer's home and says first of all that this is a stand-in. */
export function openObserverLog(home: string): ObserverLog {
  const directory = join(home, 'log');
  mkdirSync(directory, { recursive: true });
  for (const name of ['rootservice.log', 'election.log', 'trace.log']) appendFileSync(join(directory, name), '');
  const write = (level: string, text: string): void => {
    appendFileSync(
      join(directory, 'observer.log'),
      `[${sqlTime(Date.now())}] ${level} [SERVER] [${process.pid}] ${text}\n`,
    );
  };
  const log: ObserverLog = {
    info(text) {
      write('INFO ', text);
    },
    error(text) {
      write('ERROR', text);
    },
  };
  log.info(standInNotice);
  return log;
}
