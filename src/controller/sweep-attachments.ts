// The part of a sweep that is about networks and workspaces, of which no event tells.

import { sessionKeyOf } from '../model/names.ts';
import type { ReconcileDependencies } from './reconcile.ts';

/**
 * Networks and workspaces: those of no session that we know are left over until the API server says otherwise; those that a session's
 * memory does not know came after its last look (a call whose answer was lost). Returns the keys that deserve a look.
 */
export async function sweepAttachments(
  deps: Pick<ReconcileDependencies, 'engine' | 'cache' | 'memories' | 'leftovers'>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = await deps.engine.listAttachments(signal);
  const uids = new Set([...deps.cache.all()].map(({ meta }) => meta.uid));
  const left = found.filter(({ identity }) => !uids.has(identity.uid));
  deps.leftovers.replaceAll(left);
  const keys = new Set(left.map(({ identity }) => sessionKeyOf(identity)));
  for (const { id, identity } of found) {
    const memory = deps.memories.byUid(identity.uid);
    const known = memory?.attachments?.found;
    if (memory == null || known === undefined) continue;
    if (known.networks.some((each) => each.id === id) || known.workspaces.some((each) => each.name === id)) continue;
    memory.attachments = null;
    keys.add(sessionKeyOf(identity));
  }
  return keys;
}
