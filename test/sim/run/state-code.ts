// A number for what the world looks like from outside: which sessions there are, what they say, and what runs. Tells how many different
// states the histories have seen.

import { conditionOf } from '../../../src/model/conditions.ts';
import { CONTAINER_STATES } from '../../../src/model/container.ts';
import { READY_REASONS } from '../../../src/model/conditions.ts';
import type { World } from '../world/world.ts';

const reasons = new Map<string, number>(READY_REASONS.map((reason, index) => [reason, index + 1]));
const states = new Map<string, number>(CONTAINER_STATES.map((state, index) => [state, index + 1]));

const mix = (code: number, value: number): number => Math.imul(code ^ value, 16_777_619);

export function stateCode(world: World): number {
  let code = 7;
  for (const { object, key, spec, status } of world.truth.sessions.values()) {
    if (object === null) continue;
    const ready = conditionOf(status.conditions, 'Ready');
    code = mix(code, key.charCodeAt(key.length - 1));
    code = mix(code, reasons.get(ready?.reason ?? '') ?? 0);
    code = mix(code, object.metadata.deletionTimestamp === undefined ? 1 : 2);
    code = mix(code, object.metadata.finalizers?.length ?? 0);
    code = mix(code, spec.operatingMode === 'Running' ? 3 : 4);
    code = mix(code, status.assignment === undefined ? 0 : status.assignment.nodeName.charCodeAt(1));
    code = mix(code, status.assignment?.instanceGeneration ?? 0);
    code = mix(code, status.finishedAt === undefined ? 5 : 6);
    code = mix(code, status.restartCount ?? 0);
    code = mix(code, ready?.observedGeneration === object.metadata.generation ? 7 : 8);
  }
  for (const node of world.nodes) {
    code = mix(code, node.down ? 11 : node.held !== null ? 12 : 13);
    for (const { spec, state } of node.engine.containers.values()) {
      if (spec === null) continue;
      const owner = world.truth.ownerOf(spec);
      code = mix(code, owner === null ? 21 : owner.object === null ? 22 : owner.key.charCodeAt(owner.key.length - 1));
      code = mix(code, states.get(state) ?? 0);
      code = mix(code, spec.identity.attempt + spec.identity.instanceGeneration * 31);
    }
  }
  for (const { program, toApi } of world.processes) {
    code = mix(code, (program === 'placement' ? 41 : 42) + toApi.state.length * 64);
  }
  return code >>> 0;
}
