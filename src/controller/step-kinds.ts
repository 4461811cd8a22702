// What kind of work a step is: whose failure it counts as, and which budget of the engine it takes.

import { assertNever } from '../lib/assert-never.ts';
import type { Failure } from '../plan/observation.ts';
import type { Step } from '../plan/step.ts';
import type { Lane } from './lanes.ts';

/** Which failure of the memory a step belongs to; null for steps on the API server, whose failures the queue retries. */
export function failingAct(step: Step): Failure['act'] | null {
  switch (step.do) {
    case 'lookAtImage':
      return 'inspectImage';
    case 'lookAtHostPaths':
      return 'resolveHostPaths';
    case 'lookAtMounts':
      return 'compareHostPaths';
    case 'lookAtInit':
      return 'deliverInit';
    case 'lookAtReferences':
      return 'readReferences';
    case 'pull':
    case 'create':
    case 'start':
    case 'release':
    case 'stop':
    case 'remove':
    case 'lookAtAttachments':
    case 'createNetwork':
    case 'prepareWorkspace':
    case 'removeNetwork':
    case 'removeWorkspace':
      return step.do;
    case 'rest':
    case 'addFinalizer':
    case 'removeFinalizer':
    case 'deleteSession':
      return null;
    default:
      return assertNever(step);
  }
}

/** Which budget of the engine a step needs; null for what costs it next to nothing, and for pulls, which have their own. */
export function laneOf(step: Step): Lane | null {
  switch (step.do) {
    case 'lookAtInit':
    case 'createNetwork':
    case 'prepareWorkspace':
    case 'create':
    case 'start':
    case 'release':
      return 'start';
    case 'stop':
      return 'stop';
    case 'remove':
    case 'removeNetwork':
    case 'removeWorkspace':
      return 'end';
    case 'rest':
    case 'lookAtImage':
    case 'lookAtHostPaths':
    case 'lookAtMounts':
    case 'lookAtReferences':
    case 'lookAtAttachments':
    case 'pull':
    case 'addFinalizer':
    case 'removeFinalizer':
    case 'deleteSession':
      return null;
    default:
      return assertNever(step);
  }
}
