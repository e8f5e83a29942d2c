import { describe, expect, it } from 'vitest';
import * as inspect from '../src/inspect/index.ts';
import * as ocp from '../src/ocp/index.ts';
import * as plan from '../src/plan/index.ts';
import * as precede from '../src/index.ts';
import * as run from '../src/run/index.ts';
import * as store from '../src/store/index.ts';
import * as workflow from '../src/workflow/index.ts';

const names = Object.keys(precede);

describe("the package's face", () => {
  it('holds what programs are written with, and nothing of what rooms need of each other', () => {
    expect(names.filter((name) => !/^[A-Z]/.test(name)).toSorted()).toEqual([
      'backupStoreFile',
      'checkStoreFile',
      'createEngine',
      'createScrubber',
      'defineService',
      'defineWorkflow',
      'estimatePlan',
      'fromTaskAnswer',
      'fromTaskInfo',
      'giveBackSpace',
      'inspectPlan',
      'latestRuns',
      'memoryStore',
      'observedDurations',
      'ocpOperations',
      'ocpStatuses',
      'ocpSubtaskStatuses',
      'ocpTaskStatuses',
      'planDot',
      'planHtml',
      'planJson',
      'planMermaid',
      'planOfSnapshot',
      'planSvg',
      'planText',
      'planWorkflow',
      'provide',
      'requestSignature',
      'runStates',
      'runTransitions',
      'secret',
      'serializeError',
      'serviceLookup',
      'silentLogger',
      'sqliteStore',
      'systemClock',
      'taskStates',
      'taskTransitions',
      'toBasicTaskInstance',
      'toEnvelope',
      'toErrorEnvelope',
      'toFlatTaskInstance',
      'toSubtaskInstance',
      'toSubtaskLog',
      'toTaskAnswer',
      'toTaskInfo',
      'toTaskInstance',
      'workflowFromGraph',
    ]);
  });

  it('holds every error that a program can meet, and no other class', () => {
    const rooms = [inspect, ocp, plan, run, store, workflow];
    const errors = rooms.flatMap((room) => Object.keys(room).filter((name) => name.endsWith('Error')));
    const classes = names.filter((name) => /^[A-Z]/.test(name));
    expect(classes.toSorted()).toEqual(['PrecedeError', 'RefusedError', ...errors].toSorted());
  });
});
