import { join } from 'node:path';
import { sqliteStore } from '../../src/store/index.ts';
import { storeContract } from '../contract/store-contract.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
let count = 0;

storeContract('sqliteStore', async () => sqliteStore(join(directory(), `${++count}.db`)));
