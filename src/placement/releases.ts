// Takes our finalizer from deleted sessions that no controller will ever take it from: their node is gone for good, or they never
// had one. The only thing that placement changes of a session beside its status.

import { parseSessionKey } from '../model/names.ts';
import { isFault } from '../lib/errors.ts';
import { releaseEvent } from '../plan/stranded.ts';
import type { AssignOptions } from './assign.ts';
import type { PlacementOptions } from './placement.ts';

export interface Releases {
  /** null when there was nothing to release. */
  look(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs: number | null } | null>;
}

/** Until the watch tells what was seen by asking, or who wrote before us. */
const BEHIND_MS = 2_000;

export function createReleases(options: AssignOptions & Pick<PlacementOptions, 'nodeStore'>): Releases {
  const { cache, events, log, nodeStore, state, store } = options;

  /** That a watch has not told of an McpNode does not mean that there is none. */
  const isListedNow = async (nodeName: string, signal: AbortSignal): Promise<boolean> =>
    (await nodeStore.read(nodeName, signal)) !== null;

  return {
    async look(key, signal) {
      const session = cache.cached(parseSessionKey(key));
      if (session === null) return null;
      const node = state.assignedNode(session);
      const event = releaseEvent(session, node);
      if (event === null) return null;
      if (node !== null && (await isListedNow(node.name, signal))) return { requeueAfterMs: BEHIND_MS };
      try {
        // Fenced by what was seen: a session that anybody changed meanwhile is looked at again.
        const left = await store.setFinalizer(session, false, signal);
        if (left === null) options.gone(key);
        else options.written(left);
      } catch (thrown) {
        if (isFault(thrown, 'conflict')) return { requeueAfterMs: BEHIND_MS };
        throw thrown;
      }
      const { uid } = session.meta;
      log.warn('finalizer removed', { session: key, uid, node: node?.name ?? '', why: event.message });
      events.record(session, event);
      return { requeueAfterMs: null };
    },
  };
}
