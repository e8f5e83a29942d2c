import type { Engine, Logger } from '../run/index.ts';

/** Writes what task bodies log into a log as well. Returns its own unsubscribe. */
export function logTaskLines(engine: Engine, logger: Logger): () => void {
  return engine.on('log', ({ runId, task, attempt, level, text, fields, traceId }) => {
    const line = { runId, ...(traceId === undefined ? {} : { traceId }), task: task.key, attempt, ...fields };
    if (level === 'warn') logger.warn(line, text);
    else if (level === 'info') logger.info(line, text);
    else logger.debug(line, text);
  });
}
