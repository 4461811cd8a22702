// Whether it is a session's turn, as placement counts it: by its ledger and its queue.

import { sessionKeyOf } from '../../src/model/names.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { McpSession } from '../../src/model/session.ts';
import type { Report } from '../../src/plan/step.ts';
import { PlacementState } from '../../src/placement/state.ts';

/** null when it is its turn; `sessions`: all there are, itself among them. */
export function waitForQuota(session: McpSession, sessions: Iterable<McpSession>, policy: Policy): Report | null {
  const nodes = { all: () => [], cached: () => null };
  const state = new PlacementState({ nodes, life: () => 'alive', nowMs: () => session.meta.creationMs });
  for (const other of sessions) state.note(sessionKeyOf(other.meta), other);
  const entry = state.waiting.get(sessionKeyOf(session.meta));
  if (entry === null) throw new Error(`session ${session.meta.name} does not wait`);
  return state.quotaReport(entry, policy);
}
