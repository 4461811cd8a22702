// Whose cluster it is. There is one on the machine, and several people or tests may work there, each in a tree of their own.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { OperatorError } from '../../src/lib/errors.ts';
import { clusterProcesses } from './cgroups.ts';
import { readPlan } from './plan.ts';

/** The working tree that this program belongs to. */
export const TREE = join(import.meta.dirname, '../..');

/**
 * Throws OperatorError('conflict') while a cluster runs that another tree brought up. What is left of one without processes,
 * or of a tree that is gone, is anybody's to take away.
 */
export async function refuseForeignCluster(): Promise<void> {
  if ((await clusterProcesses()).length === 0) return;
  const tree = await readPlan().then(
    (plan) => plan.tree,
    () => null, // of a version that did not tell: the plan is written before the first process starts
  );
  if (tree === TREE || (tree !== null && !existsSync(tree))) return;
  throw new OperatorError(
    'conflict',
    `a cluster is up that ${tree ?? 'another tree'} brought up; take it down there, or pass --any to "down" if nobody needs it`,
  );
}
