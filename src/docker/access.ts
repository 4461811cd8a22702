// The port as the engine offers it: for each container the session init where it has one that answers, and the engine's exec
// otherwise. An init that did not answer is tried again now and then, while somebody uses the session.

import { LRUCache } from 'lru-cache';

import { isFault, OperatorError } from '../lib/errors.ts';
import { hasSessionInit, isHeldInit, type ObservedContainer } from '../model/container.ts';
import type { ContainerAccess, SessionFiles, SessionInits } from '../ports/container-access.ts';
import { InitSilent } from './attach/faults.ts';
import type { Way } from './attach/init-access.ts';
import { releaseInit } from './attach/release.ts';
import type { SessionChannels } from './attach/session-channels.ts';

/** Session inits as the engine lets go of them, and tests look at them. */
export interface HeldInits extends SessionInits {
  /** Whether there is a connection on which it has answered. */
  alive(containerId: string): boolean;
  close(containerId: string): void;
  closeAll(): Promise<void>;
}

export interface RoutedAccess extends ContainerAccess {
  readonly inits: HeldInits;
  /** What the engine says of a container of ours, whenever it says something. */
  note(container: Pick<ObservedContainer, 'id' | 'spec'>): void;
  initAnswers(containerId: string): void;
  initIsSilent(containerId: string): void;
  noteHeld(containerId: string, isHeld: boolean): void;
}

export interface AccessParts {
  readonly init: Way;
  readonly exec: Way;
  readonly channels: SessionChannels;
  /** Looks at a container that nothing was noted of, which notes it. Rejects with `not-found`, or `forbidden` for one that is not ours. */
  readonly lookAt: (containerId: string, signal: AbortSignal) => Promise<void>;
}

interface Known {
  readonly hasInit: boolean;
  /** What the engine's exec would start lacks a part of the environment. */
  readonly byInitAlone: boolean;
  isHeld: boolean | null;
  readonly user: string;
  /** null while the init answers; else when it is tried again. */
  tryAgainAtMs: number | null;
}

const TRY_AGAIN_AFTER_MS = 30_000;
/** Many times what one engine can run. */
const MAX_REMEMBERED = 20_000;

export function createAccess({ init, exec, channels, lookAt }: AccessParts): RoutedAccess {
  const containers = new LRUCache<string, Known>({ max: MAX_REMEMBERED });
  const listeners = new Set<(containerId: string) => void>();

  async function known(containerId: string, signal: AbortSignal): Promise<Known> {
    if (!containers.has(containerId)) await lookAt(containerId, signal);
    const found = containers.get(containerId);
    if (found === undefined) throw new OperatorError('not-found', `there is no container ${containerId}`);
    return found;
  }

  function wayOf(containerId: string, { hasInit, byInitAlone, tryAgainAtMs }: Known): Way {
    if (!hasInit) return exec;
    if (tryAgainAtMs === null) return init;
    if (performance.now() >= tryAgainAtMs) {
      initIsSilent(containerId);
      const answered = (): void => initAnswers(containerId); // also on a connection that is there already
      channels.reach(containerId, new AbortController().signal).then(answered, () => {}); // silence is known
    }
    return byInitAlone ? init : exec;
  }

  async function way(containerId: string, signal: AbortSignal): Promise<Way> {
    return wayOf(containerId, await known(containerId, signal));
  }

  function initIsSilent(containerId: string): void {
    const found = containers.get(containerId);
    if (found !== undefined) setTryAgain(containerId, found, performance.now() + TRY_AGAIN_AFTER_MS);
  }

  function initAnswers(containerId: string): void {
    const found = containers.get(containerId);
    if (found !== undefined) setTryAgain(containerId, found, null);
  }

  function noteHeld(containerId: string, isHeld: boolean): void {
    const found = containers.get(containerId);
    if (found !== undefined) found.isHeld = isHeld;
  }

  function setTryAgain(containerId: string, container: Known, atMs: number | null): void {
    const changed = (container.tryAgainAtMs === null) !== (atMs === null);
    container.tryAgainAtMs = atMs;
    if (changed) for (const listener of listeners) listener(containerId);
  }

  return {
    wayInto: (containerId) => {
      const found = containers.get(containerId);
      return found?.hasInit === true && found.tryAgainAtMs === null ? 'session-init' : 'engine-exec';
    },
    start: async (containerId, command, signal) => {
      const container = await known(containerId, signal);
      if (command.user !== container.user) {
        throw new OperatorError('invalid', `commands of this session run as ${container.user}, not ${command.user}`);
      }
      const chosen = wayOf(containerId, container);
      return chosen.start(containerId, command, signal).catch((thrown: unknown) => {
        if (!(thrown instanceof InitSilent) || container.byInitAlone) throw thrown;
        return exec.start(containerId, command, signal); // nothing was sent to the init
      });
    },
    find: async (containerId, execId, signal) => {
      const here = await exec.find(containerId, execId, signal);
      return here ?? (await way(containerId, signal)).find(containerId, execId, signal);
    },
    list: async (containerId, signal) => {
      const here = await exec.list(containerId, signal);
      const chosen = await way(containerId, signal);
      return chosen === exec ? here : [...(await chosen.list(containerId, signal)), ...here];
    },
    files: (containerId) => filesBy(async (signal) => (await way(containerId, signal)).files(containerId)),
    connect: async (containerId, port, signal) => (await way(containerId, signal)).connect(containerId, port, signal),
    followMain: async (containerId, fromSequence, onOutput, signal) =>
      (await way(containerId, signal)).followMain(containerId, fromSequence, onOutput, signal),
    inits: {
      open: async (containerId, signal) => {
        await known(containerId, signal);
        await channels.open(containerId, signal);
      },
      whenReady: async (containerId, signal) => {
        try {
          await channels.reach(containerId, signal);
          initAnswers(containerId);
        } catch (thrown) {
          if (isFault(thrown, 'timeout')) initIsSilent(containerId);
          throw thrown;
        }
      },
      isHeld: (containerId) => containers.get(containerId)?.isHeld ?? null,
      release: async (containerId, environment, signal) => {
        await releaseInit(await channels.reach(containerId, signal), environment, signal);
        noteHeld(containerId, false);
      },
      onWayChange: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      alive: (containerId) => channels.alive(containerId),
      close: (containerId) => channels.close(containerId),
      closeAll: async () => channels.closeAll(),
    },
    note: ({ id, spec }) => {
      if (!containers.has(id))
        containers.set(id, {
          hasInit: hasSessionInit(spec),
          byInitAlone: isHeldInit(spec),
          isHeld: null,
          user: spec.user,
          tryAgainAtMs: null,
        });
    },
    initAnswers,
    initIsSilent,
    noteHeld,
  };
}

function filesBy(files: (signal: AbortSignal) => Promise<SessionFiles>): SessionFiles {
  return {
    stat: async (path, signal) => (await files(signal)).stat(path, signal),
    list: async (path, page, signal) => (await files(signal)).list(path, page, signal),
    read: async (path, range, receive, signal) => (await files(signal)).read(path, range, receive, signal),
    write: async (path, how, content, signal) => (await files(signal)).write(path, how, content, signal),
    makeDirectory: async (path, how, signal) => (await files(signal)).makeDirectory(path, how, signal),
    remove: async (path, how, signal) => (await files(signal)).remove(path, how, signal),
  };
}
