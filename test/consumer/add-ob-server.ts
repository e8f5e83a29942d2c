// The package's other two entries: the steps of `precede/oceanbase` and the shipped workflow, planned from a program.
import assert from 'node:assert/strict';
import { fromTaskInfo, inspectPlan, planWorkflow, toTaskInfo, toTaskInstance } from 'precede';
import {
  choosePackage,
  documentedHostRequirements,
  sh,
  shellQuote,
  type HostSession,
  type ServerStep,
} from 'precede/oceanbase';
import addObServer from 'precede/workflows/add-ob-server';

const plan = planWorkflow(addObServer, { clusterId: 21, zoneName: 'zone2', servers: [1, 2, 3] });
assert.equal(plan.tasks.length, 37);
assert.deepEqual(plan.claims, ['cluster:21']);
// @ts-expect-error a cluster id is a number
assert.throws(() => planWorkflow(addObServer, { clusterId: 'twenty-one' }), { code: 'INVALID_PLAN' });

const info = toTaskInfo(plan);
assert.equal(info.tasks[2]?.name, 'Pre check for install OB');
assert.deepEqual(toTaskInfo(fromTaskInfo(JSON.parse(JSON.stringify(info)))), info);
assert.equal(toTaskInstance(plan).subtasks.length, 37);

// Nothing is provided, so nothing can be looked at: a dry run says so and never guesses.
const { tasks } = await inspectPlan(plan);
assert.equal(tasks.length, 37);
assert.ok(tasks.every(({ finding }) => finding.kind !== 'done'));

const shown: (session: HostSession, step: ServerStep) => boolean = () => true;
assert.equal(typeof shown, 'function');
assert.equal(typeof choosePackage, 'function');
assert.equal(shellQuote("it's"), `'it'\\''s'`);
assert.ok(sh`echo ${'a b'}`);
assert.ok(documentedHostRequirements);
