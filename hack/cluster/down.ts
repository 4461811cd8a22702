// Takes the cluster away, whatever state it is in: up, half up, killed, or already gone.

import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';

import { OperatorError } from '../../src/lib/errors.ts';
import { runCommand } from '../docker/run-command.ts';
import { clusterRoots, removeCgroups } from './cgroups.ts';
import { HOST_LINK, STATE_DIR } from './layout.ts';

/** False when there was nothing to take away. Throws OperatorError with what is left and what to do. */
export async function takeDown(): Promise<boolean> {
  if (!(await isAnythingThere())) return false;
  await removeCgroups();
  // The kernel removes the link with the namespace at its other end, a moment after the last process in there.
  await runCommand({ program: 'ip', args: ['link', 'delete', HOST_LINK] });
  await removeState();
  return true;
}

async function isAnythingThere(): Promise<boolean> {
  return existsSync(STATE_DIR) || (await clusterRoots()).length > 0 || (await linkExists());
}

async function linkExists(): Promise<boolean> {
  return (await readFile('/proc/net/dev', 'utf8')).includes(`${HOST_LINK}:`);
}

/** Every mount of the cluster is in namespaces of its own; if one is in ours all the same, what lies behind it must not be deleted. */
async function removeState(): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '');
  const inside = mounts.filter((point) => point.startsWith(`${STATE_DIR}/`));
  if (inside.length > 0) {
    throw new OperatorError('conflict', `${inside.join(', ')} is mounted; unmount it, then run down again`);
  }
  await rm(STATE_DIR, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
