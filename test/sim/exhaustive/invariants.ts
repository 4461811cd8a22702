// The invariants of security.md 3.4 on one session name. `brokenBy` looks at an action, `brokenIn` at any state, `brokenAtRest` at a state in
// which nothing is left to happen.

import { conditionOf } from '../../../src/model/conditions.ts';
import type { ObservedContainer } from '../../../src/model/container.ts';
import { containerNameOf } from '../../../src/model/names.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { lockDown } from '../../../src/rules/lock-down.ts';
import type { Effect } from './key-moves.ts';
import type { Engine, KeyState, Setting } from './model.ts';

/** No life in this world needs as many writes; more are a loop. */
const MOST_REVISIONS = 40;
const POLICY = defaultPolicy();

const isCurrent = (object: McpSession, setting: Setting, node: number, { spec }: ObservedContainer): boolean =>
  spec.identity.uid === object.meta.uid &&
  object.status.assignment?.nodeName === setting.nodes[node]?.nodeName &&
  object.status.assignment?.instanceGeneration === spec.identity.instanceGeneration;

/** I7 no wrong victim, I8 no unvalidated container. */
export function brokenBy({ request, before }: Effect, setting: Setting): string | null {
  if (request.send === 'create') {
    const judged = lockDown(request.spec, POLICY);
    if (!judged.ok) return `I8: a container that the rules refuse: ${judged.error[0]?.message ?? ''}`;
    const named = request.spec.containerName === containerNameOf(request.spec.identity);
    return named ? null : `I2: a container whose name does not follow from the UID: ${request.spec.containerName}`;
  }
  if (request.send !== 'stop' && request.send !== 'remove') return null;
  const { object } = before;
  for (const [node, engine] of before.engines.entries()) {
    const victim = engine.containers.find(({ id }) => id === request.id);
    if (victim === undefined || object === null || object.meta.deletionMs !== null) continue;
    if (isCurrent(object, setting, node, victim)) {
      return `I7: ${request.send} of container ${victim.id.slice(0, 2)} of a session that nobody has ended`;
    }
  }
  return null;
}

/** I2 no duplicate, I9 at-most-once effects, I10 bounded retry. */
export function brokenIn(state: KeyState, { budgets }: Setting): string | null {
  if (state.revision > MOST_REVISIONS) return `I10: ${state.revision} writes of one session`;
  const running = new Set<string>();
  for (const { containers } of state.engines) {
    for (const { state: now, spec } of containers) {
      const { uid, instanceGeneration } = spec.identity;
      if (now !== 'running') continue;
      const name = `${uid}, generation ${instanceGeneration}`;
      if (running.has(name)) return `I2: two running containers of session ${name}`;
      running.add(name);
    }
  }
  const lives = state.incarnations + (state.object?.status.assignment?.instanceGeneration ?? 1) - 1;
  const made = state.engines.reduce((sum, engine) => sum + engine.made, 0);
  const most = lives + budgets.crash + budgets.takeover + budgets.lost;
  return made > most ? `I9: ${made} containers made for ${lives} sessions` : null;
}

/** I1 no orphan, I2, I3 no lost session, I4 converged, I5 no stuck finalizer, I6 no leak. */
export function brokenAtRest(state: KeyState, setting: Setting): string | null {
  const { object } = state;
  const containers = state.engines.flatMap((engine: Engine, node) =>
    engine.containers.map((container) => ({ container, node })),
  );
  if (object === null) {
    return containers.length === 0 ? null : `I1/I6: ${containers.length} containers are left of a session that is gone`;
  }
  if (object.meta.deletionMs !== null) return 'I5: the session is to be deleted and stays';
  const strangers = containers.filter(({ container, node }) => !isCurrent(object, setting, node, container));
  if (strangers.length > 0) return `I1: ${strangers.length} containers that are not of the session as it is now`;
  if (containers.length > 1) return `I2: ${containers.length} containers of one session`;
  const ready = conditionOf(object.status.conditions, 'Ready');
  if (ready?.status !== 'True')
    return `I3: the session is not Ready: ${ready?.reason ?? 'nothing said'}: ${ready?.message ?? ''}`;
  if (object.status.observedGeneration !== object.meta.generation) return 'I4: observedGeneration is behind';
  const only = containers[0]?.container;
  if (only?.state !== 'running') return `I4: Ready, and its container is ${only?.state ?? 'not there'}`;
  if (only.id !== object.status.container?.id) return 'I4: status names another container than the one that runs';
  return null;
}
