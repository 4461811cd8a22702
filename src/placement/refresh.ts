// Keeps the texts of waiting sessions true and the metrics fresh: a little at a time, however many wait.

import { isLost } from '../plan/node-life.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../process/metrics.ts';
import type { NodeWatch } from './node-watch.ts';
import type { PlacementState } from './state.ts';

const EVERY_MS = 3_000;
/** The first ones of the queue, each time: for them the position changes soon. */
const FIRST_ONES = 10;
/** Others, each time, in turn. With the first ones the most texts that are written: ten a second. */
const OTHERS = 20;

export interface RefreshOptions {
  readonly state: PlacementState;
  readonly nodeWatch: Pick<NodeWatch, 'life'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Policies, labels of namespaces and skipped sessions: what nobody tells of is looked at again. */
  readonly changed: () => void;
  readonly say: (key: string) => void;
}

export async function refreshLoop(options: RefreshOptions, signal: AbortSignal): Promise<void> {
  const { state, clock } = options;
  let cursor = FIRST_ONES;
  while (!signal.aborted) {
    measure(options);
    if (state.waiting.size > 0) {
      options.changed();
      cursor = cursor < state.waiting.size ? cursor : FIRST_ONES;
      const due = [...range(0, FIRST_ONES), ...range(cursor, cursor + OTHERS)];
      for (const index of due) {
        const entry = state.waiting.at(index);
        if (entry !== null) options.say(entry.key);
      }
      cursor += OTHERS;
    }
    await clock.sleep(EVERY_MS, signal).catch(() => {}); // aborted: the loop ends
  }
}

function* range(from: number, to: number): Iterable<number> {
  for (let index = from; index < to; index += 1) yield index;
}

/** Sessions that no controller speaks for: those without a node, and those of lost nodes. */
function measure({ state, nodeWatch, metrics }: RefreshOptions): void {
  metrics.workqueueDepth.set({ program: 'placement' }, state.waiting.size);
  metrics.sessions.set({ state: 'NoEligibleNode', node: '' }, state.waiting.size);
  for (const node of state.ledger.nodeNames()) {
    if (isLost(nodeWatch.life(node)))
      metrics.sessions.set({ state: 'NodeLost', node }, [...state.ledger.keysOn(node)].length);
    else metrics.sessions.remove({ state: 'NodeLost', node });
  }
}
