/** Keeps a sandbox running in a process of its own. Argument: the options of `startSandbox` as JSON. */
import { serializeError } from '../../errors/index.ts';
import type { KeeperReport, LaunchOptions } from './keeper.ts';
import { startSandbox } from './sandbox.ts';

const options = JSON.parse(process.argv[2] ?? '') as LaunchOptions;
try {
  const sandbox = await startSandbox(options);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      sandbox.stop().catch(() => undefined);
    });
  }
  tell({ ready: true });
  await sandbox.stopped;
} catch (error) {
  tell({ failed: serializeError(error) });
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}

/** The one who launched the keeper may be gone by now. */
function tell(report: KeeperReport): void {
  process.send?.(report, () => {
    if (process.connected) process.disconnect();
  });
}
