// What `up` tells the processes inside the cluster.

import { readFile, writeFile } from 'node:fs/promises';

import { z } from 'zod';

import { MOST_NODES, STATE_DIR } from './layout.ts';

const planSchema = z.object({
  nodes: z.int().min(1).max(MOST_NODES),
  /** The working tree that brought the cluster up: others leave it alone. */
  tree: z.string(),
  /** Of the user's cache, to be mounted at CACHE_MOUNT. */
  cacheDir: z.string(),
  /** As processes of the cluster see them. */
  programs: z.object({
    cacheDir: z.string(),
    controlPlaneDir: z.string(),
    nodeDir: z.string(),
    cniDir: z.string(),
    pauseImage: z.string(),
  }),
});

export type ClusterPlan = z.infer<typeof planSchema>;

const PLAN_PATH = `${STATE_DIR}/plan.json`;

export async function writePlan(plan: ClusterPlan): Promise<void> {
  await writeFile(PLAN_PATH, JSON.stringify(plan));
}

export async function readPlan(): Promise<ClusterPlan> {
  return planSchema.parse(JSON.parse(await readFile(PLAN_PATH, 'utf8')));
}
