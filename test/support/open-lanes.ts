// What a test that calls reconcile() by itself gives it: lanes that are never full, nothing left over, pulls that are asked as they come, a node that is ours.

import { createImagePulls } from '../../src/controller/image-pulls.ts';
import { createLanes } from '../../src/controller/lanes.ts';
import { createLeftovers } from '../../src/controller/leftovers.ts';
import type { ReconcileDependencies } from '../../src/controller/reconcile.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ContainerEngine } from '../../src/ports/container-engine.ts';

export function openLanes(
  engine: Pick<ContainerEngine, 'pullImage'>,
  clock: Clock,
): Pick<ReconcileDependencies, 'lanes' | 'leftovers' | 'pulls' | 'random' | 'requireOurs'> {
  return {
    leftovers: createLeftovers(),
    lanes: createLanes({ limits: { start: 100, stop: 100, end: 100 }, onTurn: () => {} }),
    pulls: createImagePulls({ engine, clock, onEnd: () => {} }, new AbortController().signal),
    random: () => 1,
    requireOurs: () => {},
  };
}
