// Which sessions deserve a look when all containers of the node are listed: whatever the two lists disagree on.
// The look itself decides; nothing is removed because of a list (unknown is not absent).

import { sessionKeyOf } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';

export interface ContainerOnNode {
  readonly id: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

export function keysToLookAt(
  containers: readonly ContainerOnNode[],
  sessions: Iterable<McpSession>,
): { readonly orphans: ReadonlySet<string>; readonly missing: ReadonlySet<string> } {
  const containerUids = new Set(containers.map(({ uid }) => uid));
  const sessionUids = new Set<string>();
  const missing = new Set<string>();
  for (const session of sessions) {
    sessionUids.add(session.meta.uid);
    const expectsOne = session.status.container !== undefined && session.status.finishedAt === undefined;
    if (expectsOne && !containerUids.has(session.meta.uid)) missing.add(sessionKeyOf(session.meta));
  }
  const orphans = new Set(containers.filter(({ uid }) => !sessionUids.has(uid)).map(sessionKeyOf));
  return { orphans, missing };
}
