// Puts the two ways into containers together over one engine client.

import { isFault, OperatorError } from '../lib/errors.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';
import type { Log } from '../ports/log.ts';
import { createAccess, type RoutedAccess } from './access.ts';
import { createInitAccess } from './attach/init-access.ts';
import { createSessionChannels } from './attach/session-channels.ts';
import type { EngineClient } from './engine-client.ts';
import { createExecAccess } from './exec/exec-access.ts';
import { containerGone } from './exec/exec-call.ts';
import { killContainer } from './exec/exec-kill.ts';
import type { OwnedContainers } from './owned-containers.ts';
import { createTurns } from './turns.ts';

export interface WiredParts {
  readonly client: EngineClient;
  readonly owned: OwnedContainers;
  /** Notes what it sees with the access (`RoutedAccess.note`). */
  readonly inspect: ContainerEngine['inspect'];
  readonly log: Log;
}

const ATTACH = { stream: '1', stdin: '1', stdout: '1', stderr: '1' };

export function wireAccess({ client, owned, inspect, log }: WiredParts): RoutedAccess {
  const containerRuns = async (containerId: string, signal: AbortSignal): Promise<boolean> => {
    const found = await inspect(containerId, signal);
    if (found === null) throw containerGone(containerId);
    return found.ours && (found.container.state === 'running' || found.container.state === 'paused');
  };
  /** After a restart nothing is known yet, so an unknown container is looked at before it is refused. */
  const requireOurs = async (containerId: string, signal: AbortSignal): Promise<void> => {
    if (!owned.has(containerId)) await lookAt(containerId, signal);
    owned.require(containerId, 'reach into');
  };
  const lookAt = async (containerId: string, signal: AbortSignal): Promise<void> => {
    const found = await inspect(containerId, signal);
    if (found === null) throw new OperatorError('not-found', `there is no container ${containerId}`);
    owned.require(containerId, 'reach into');
  };
  const channels = createSessionChannels({
    attach: async (containerId, signal) => {
      await requireOurs(containerId, signal);
      // Its own end of the request closes nothing: the connection stays open both ways once the engine has switched it.
      return client.hijack('attach', { target: containerId, query: ATTACH, stdin: false }, signal);
    },
    runs: containerRuns,
    onReady: (containerId, isHeld) => {
      access.noteHeld(containerId, isHeld);
      access.initAnswers(containerId);
    },
    onSilent: (containerId) => {
      log.warn('the session init does not answer: commands go by the engine', { container: containerId });
      access.initIsSilent(containerId);
    },
    onLost: (containerId, fault) => {
      if (!isFault(fault, 'cancelled'))
        log.debug('lost a session init', { container: containerId, error: fault.message });
    },
  });
  const turns = createTurns();
  const kill = (containerId: string, signal: AbortSignal) => killContainer(client, containerId, signal);
  const access = createAccess({
    init: createInitAccess({ channels, turns, log, killContainer: kill }),
    exec: createExecAccess({ client, log, turns, containerRuns, requireOurs }),
    channels,
    lookAt,
  });
  return access;
}
