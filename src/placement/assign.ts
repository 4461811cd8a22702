// One pass over the queue: the oldest sessions that can have a node get one, one write after another, so that each choice counts
// the ones before it.

import { asOperatorError, isFault } from '../lib/errors.ts';
import { parseSessionKey } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { type Placement, place, placeOver } from '../plan/place.ts';
import { assignedStatus } from '../plan/placement-status.ts';
import { refusalOf } from '../plan/refusal.ts';
import { roomAskedBy } from '../plan/room.ts';
import type { PlacementOptions } from './placement.ts';
import type { PlacementState } from './state.ts';
import type { QueuedSession } from './waiting.ts';

export type AssignOptions = Pick<PlacementOptions, 'cache' | 'store' | 'events' | 'policies' | 'clock' | 'log'> & {
  readonly state: PlacementState;
  /** Our own write, or what was read to learn whether it happened. */
  readonly written: (session: McpSession) => void;
  readonly gone: (key: string) => void;
};

interface Choice {
  readonly entry: QueuedSession;
  readonly session: McpSession;
  readonly placement: Extract<Placement, { place: 'assign' }>;
}

export function createAssigner(options: AssignOptions) {
  const { cache, clock, log, state, store } = options;
  const { waiting } = state;
  /** Sessions whose last write had no answer: before anything else is placed, they are asked for. */
  const unsure = new Set<string>();

  const settleUnsure = async (signal: AbortSignal): Promise<void> => {
    for (const key of [...unsure]) {
      const live = await store.read(parseSessionKey(key), signal);
      if (live === null) options.gone(key);
      else options.written(live);
      unsure.delete(key);
      state.retryAll();
    }
  };

  const write = async ({ entry, session, placement }: Choice, signal: AbortSignal): Promise<void> => {
    const { nodeName, message } = placement;
    const status = assignedStatus({ session, nodeName, message, nowMs: clock.nowMs() });
    try {
      const written = await store.writeStatus(session, status, signal);
      state.placed();
      options.written(written);
      options.events.record(written, { reason: 'Assigned', message });
    } catch (thrown) {
      const { kind, message: error } = asOperatorError(thrown);
      // Deleted in between, or somebody else wrote: what is true now arrives by the watch.
      if (kind === 'conflict' || kind === 'not-found') return waiting.skip(entry);
      if (kind === 'invalid' || kind === 'forbidden') {
        log.warn('assignment refused', { session: entry.key, kind, error });
        return waiting.skip(entry);
      }
      unsure.add(entry.key);
      throw thrown;
    }
  };

  /** A namespace can be younger than what our watch has told of. */
  const knowsPolicyOf = ({ namespace }: QueuedSession): boolean => {
    try {
      options.policies.of(namespace);
      return true;
    } catch (thrown) {
      if (isFault(thrown, 'unavailable')) return false;
      throw thrown;
    }
  };

  const choose = (entry: QueuedSession): Choice | null => {
    const session = cache.cached(parseSessionKey(entry.key));
    if (session?.spec == null || session.meta.uid !== entry.uid || state.isBlocked(entry)) return null;
    const placement = placementOf(options, entry, session.spec);
    if (placement === null) return null;
    if (placement.place === 'assign') return { entry, session, placement };
    state.block(entry);
    if (waiting.isOvertaken(entry) && refusalOf(session, options.policies.of(entry.namespace)) === null)
      state.keepNode(entry, placement.later);
    return null;
  };

  return {
    /**
     * False when a session has to be tried again soon. Rejects when nobody can tell what became of a write; the next pass asks first.
     */
    async pass(signal: AbortSignal): Promise<boolean> {
      await settleUnsure(signal);
      const early: QueuedSession[] = [];
      for (let entry = state.takeUntried(); entry !== null; entry = state.takeUntried()) {
        if (!knowsPolicyOf(entry)) early.push(entry);
        else {
          const choice = choose(entry);
          if (choice !== null) await write(choice, signal);
        }
      }
      for (const entry of early) waiting.tryAgain(entry);
      return early.length === 0;
    },
  };
}

/** null when it is not its turn. */
export function placementOf(
  { state, policies }: Pick<AssignOptions, 'state' | 'policies'>,
  entry: QueuedSession,
  spec: SessionSpec,
): Placement | null {
  const nodes = state.nodesFor(entry, spec);
  if (entry.isOver) return placeOver(nodes);
  const policy = policies.of(entry.namespace);
  if (state.quotaReport(entry, policy) !== null) return null;
  return place({ spec, policy, room: roomAskedBy(spec, state.reserve), only: entry.only }, nodes);
}

/** Whether the object is gone, or is another one by now. */
export const isOutdated = (thrown: unknown): boolean => isFault(thrown, 'conflict') || isFault(thrown, 'not-found');
