/** A program that runs one command on a host under a step token, and may be killed meanwhile. */
import { createHostConnections, sh, type HostAddress } from 'precede/oceanbase';
import { actOnce } from '../../../../src/oceanbase/steps/step-runner/act-once.ts';
import { contextOf } from './step-setup.ts';

const { address, token, script } = JSON.parse(process.argv[2] ?? '') as {
  address: HostAddress;
  token: string;
  script: string;
};
const connections = createHostConnections({ hosts: async () => address });
const site = { shell: connections.session(address.id), services: { pollIntervalMs: 20 } };
await actOnce(contextOf(token), site, { name: 'work', command: sh`eval ${script}`, timeoutMs: 30_000 });
await connections.close();
