// What the node API asks a controller of a session: the container that commands may run in, and that something goes on in it.

import { sessionKeyOf } from '../model/names.ts';
import type { NodeFacts } from '../model/container.ts';
import type { McpSession } from '../model/session.ts';
import { sortContainers } from '../plan/identity.ts';
import type { Clock } from '../ports/clock.ts';
import type { SessionCache, SessionReference } from '../ports/sessions.ts';
import type { ContainerView } from './container-view.ts';
import type { GrantBook } from './grants.ts';
import type { SessionMemories } from './session-memory.ts';

/** A session of this node for the node API. */
export interface ExecTarget {
  readonly session: McpSession;
  /** null while there is no running container. */
  readonly containerId: string | null;
  readonly user: string;
  readonly workingDir: string;
  /** Whether this process has compared the running container with the approved one. */
  readonly verified: boolean;
}

export interface ExecTargets {
  findTarget(session: SessionReference & { readonly uid: string }, signal: AbortSignal): Promise<ExecTarget | null>;
  /** A command started; call what it returns when the command ends. The idle time begins anew then. */
  commandStarted(sessionUid: string): () => void;
}

export function createExecTargets(options: {
  readonly cache: SessionCache;
  readonly view: ContainerView;
  readonly memories: SessionMemories;
  readonly grants: GrantBook;
  readonly clock: Clock;
  readonly node: () => NodeFacts;
}): ExecTargets {
  const { cache, view, memories, grants, clock, node } = options;
  return {
    async findTarget(reference, signal) {
      const session = cache.cached(reference);
      if (session?.spec == null || session.meta.uid !== reference.uid || session.meta.deletionMs !== null) return null;
      const key = sessionKeyOf(reference);
      const { own } = sortContainers({ session, containers: await view.containersOf(key, signal), node: node() });
      const runs = own?.state === 'running';
      return {
        session,
        containerId: runs ? own.id : null,
        user: `${session.spec.user.uid}:${session.spec.user.gid}`,
        workingDir: session.spec.workingDir,
        verified: runs && memories.peek(key)?.verifiedContainerId === own.id,
      };
    },

    commandStarted(sessionUid) {
      const memory = memories.byUid(sessionUid);
      if (memory === null) return () => {};
      const change = (commands: number) => {
        memory.commands += commands;
        memory.lastActivityMs = clock.nowMs();
        grants.noteActivity(sessionUid, { lastActivityMs: memory.lastActivityMs, busy: memory.commands > 0 });
      };
      change(1);
      return () => change(-1);
    },
  };
}
