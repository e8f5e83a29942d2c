import { memoryStore } from '../../src/store/index.ts';
import { storeContract } from '../contract/store-contract.ts';

storeContract('memoryStore', async () => memoryStore());
