// The port over the session init: everything that can be asked of a session's container from inside.

import { OperatorError } from '../../lib/errors.ts';
import type { ContainerAccess } from '../../ports/container-access.ts';
import { listCommands } from './command-list.ts';
import { ContainerEnded } from './faults.ts';
import { openForward } from './forward.ts';
import type { InitCommandParts } from './init-command.ts';
import { createInitFiles } from './init-files.ts';
import { followMainOn } from './main-output.ts';
import { findCommand, startCommand } from './start-command.ts';

/** A way into containers; which one is chosen for each container. */
export type Way = Omit<ContainerAccess, 'wayInto'>;

/** Rejects with InitSilent where the container runs and its init does not answer. */
export function createInitAccess(parts: InitCommandParts): Way {
  const { channels, turns } = parts;
  return {
    start: (containerId, command, signal) => startCommand(parts, { containerId, command }, signal),
    find: (containerId, execId, signal) => findCommand(parts, { containerId, execId }, signal),
    list: async (containerId, signal) => listCommands(await channels.reach(containerId, signal), signal),
    files: (containerId) => createInitFiles(channels, containerId),
    connect: async (containerId, port, signal) => {
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw new OperatorError('invalid', `a port is 1 to 65535; got ${port}`);
      }
      return openForward(await channels.reach(containerId, signal), port, signal);
    },
    followMain: async (containerId, fromSequence, onOutput, signal) => {
      const wanted = { key: `${containerId}/`, what: 'the main command' };
      await turns.take(
        wanted,
        async (ours) => {
          const channel = await channels.reach(containerId, ours);
          await followMainOn({ channel, fromSequence, onOutput }, ours).catch(async (thrown: unknown) => {
            if (ours.aborted || channel.fault === null) throw thrown;
            await endedQuietly(channels.reach(containerId, ours), thrown);
          });
        },
        signal,
      );
    },
  };
}

/** The end of the container is the end of the main command; a channel that was lost alone is the fault it was. */
async function endedQuietly(reaching: Promise<unknown>, lost: unknown): Promise<void> {
  const found = await reaching.catch((thrown: unknown) => thrown);
  if (!(found instanceof ContainerEnded)) throw lost;
}
