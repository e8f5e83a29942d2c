/** What a warden becomes when its owner is gone. Arguments: sandbox id, and a directory to remove or nothing. */
import { rmSync } from 'node:fs';
import { sweepProcesses } from './process-sweep.ts';

const [sandboxId = '', temporaryDir = ''] = process.argv.slice(2);
if (sandboxId !== '') await sweepProcesses(sandboxId);
if (temporaryDir !== '') rmSync(temporaryDir, { recursive: true, force: true, maxRetries: 5 });
