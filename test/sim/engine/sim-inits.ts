// The session inits of one node's containers as a controller meets them: attached through the engine, heard of when it answers.

import { OperatorError } from '../../../src/lib/errors.ts';
import { hasSessionInit, isHeldInit } from '../../../src/model/container.ts';
import type { ContainerAccess, SessionInits } from '../../../src/ports/container-access.ts';
import type { EnginePort } from './engine-port.ts';
import type { SimEngine } from './sim-engine.ts';

export interface SimInits extends SessionInits {
  readonly wayInto: ContainerAccess['wayInto'];
}

/** Ids of containers whose init was released; of the node, since it outlives a controller. */
export type Released = Set<string>;

export function createSimInits(port: EnginePort, engine: SimEngine, released: Released): SimInits {
  const met = new Map<string, { held: boolean }>();
  /** Whose init did not answer: commands go another way until it does. */
  const silent = new Set<string>();
  const listeners = new Set<(containerId: string) => void>();
  return {
    open: (id, signal) => port.call('attach', id, () => {}, signal),
    whenReady: async (id, signal) => {
      if (met.has(id)) return;
      const answer = (): { held: boolean } => {
        const container = engine.find(id);
        if (container?.state !== 'running' || container.spec === null) {
          throw new OperatorError('unavailable', 'the session init does not answer');
        }
        return { held: isHeldInit(container.spec) && !released.has(id) };
      };
      try {
        met.set(id, await port.call('askInit', id, answer, signal));
        silent.delete(id);
      } catch (thrown) {
        silent.add(id);
        throw thrown;
      } finally {
        for (const listener of listeners) listener(id);
      }
    },
    isHeld: (id) => met.get(id)?.held ?? null,
    release: async (id, _environment, signal) => {
      await port.call('askInit', id, () => void released.add(id), signal);
      met.set(id, { held: false });
    },
    onWayChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wayInto: (id) => {
      const spec = engine.find(id)?.spec ?? null;
      return spec !== null && hasSessionInit(spec) && !silent.has(id) ? 'session-init' : 'engine-exec';
    },
  };
}
