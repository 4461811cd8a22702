// Commands of the engine's exec that this process knows, for each container: all that run, and for a while those that have ended.

import { OperatorError } from '../../lib/errors.ts';

export interface Keepable {
  readonly execId: string;
  readonly heldBytes: number;
  readonly isOver: boolean;
}

export interface KeptCommands<C extends Keepable> {
  /** Throws OperatorError('already-exists') for an id that is known. */
  reserve(containerId: string, execId: string): void;
  put(containerId: string, command: C): void;
  find(containerId: string, execId: string): C | null;
  /** Of one container. */
  all(containerId: string): readonly C[];
  /** Starts the time after which it is let go of. */
  ended(containerId: string, execId: string): void;
  forget(containerId: string, execId: string): void;
}

export const KEPT_FOR_MS = 600_000;
const MOST_ENDED = 32;
/** Of all containers together. */
const MOST_ENDED_BYTES = 64 * 1_048_576;

interface Kept<C> {
  readonly containerId: string;
  readonly execId: string;
  /** null while it is being started. */
  command: C | null;
  timer: NodeJS.Timeout | null;
}

export function createKeptCommands<C extends Keepable>(): KeptCommands<C> {
  const all = new Map<string, Kept<C>>();
  const keyOf = (containerId: string, execId: string): string => `${containerId}/${execId}`;

  function forget(containerId: string, execId: string): void {
    const key = keyOf(containerId, execId);
    clearTimeout(all.get(key)?.timer ?? undefined);
    all.delete(key);
  }

  /** Oldest first. */
  const endedOnes = (): readonly Kept<C>[] => [...all.values()].filter(({ timer }) => timer !== null);

  function makeRoom(containerId: string): void {
    const ended = endedOnes();
    const here = ended.filter((kept) => kept.containerId === containerId);
    for (const kept of here.slice(0, Math.max(0, here.length - MOST_ENDED))) forget(containerId, kept.execId);
    let bytes = endedOnes().reduce((sum, { command }) => sum + (command?.heldBytes ?? 0), 0);
    for (const kept of endedOnes()) {
      if (bytes <= MOST_ENDED_BYTES) return;
      bytes -= kept.command?.heldBytes ?? 0;
      forget(kept.containerId, kept.execId);
    }
  }

  return {
    reserve: (containerId, execId) => {
      const key = keyOf(containerId, execId);
      if (all.has(key)) {
        throw new OperatorError('already-exists', `there is a command ${execId} in this session already`);
      }
      all.set(key, { containerId, execId, command: null, timer: null });
    },
    put: (containerId, command) => {
      const kept = all.get(keyOf(containerId, command.execId));
      if (kept !== undefined) kept.command = command;
    },
    find: (containerId, execId) => all.get(keyOf(containerId, execId))?.command ?? null,
    all: (containerId) =>
      [...all.values()].flatMap((kept) =>
        kept.containerId === containerId && kept.command !== null ? [kept.command] : [],
      ),
    ended: (containerId, execId) => {
      const key = keyOf(containerId, execId);
      const kept = all.get(key);
      if (kept === undefined) return;
      all.delete(key);
      all.set(key, kept); // behind those that ended before
      kept.timer = setTimeout(() => forget(containerId, execId), KEPT_FOR_MS).unref();
      makeRoom(containerId);
    },
    forget,
  };
}
