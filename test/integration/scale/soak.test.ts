// I13 in small: whatever lives came and went, and however often the watch broke, the controller holds what it held before.

import { expect, test } from 'vitest';

import { engineSocket, listAllOf, sessionImage } from '../../support/docker.ts';
import { openOperatorCluster } from '../../support/operator-cluster.ts';
import { runPrefix } from '../../support/oracle/run.ts';
import { soak } from '../../support/soak.ts';

const LIVES = 40;
const WARMUPS = 12;
/** Connections that were opened again for a cut one. */
const MORE_FILES = 4;
const MORE_RESOURCES = 4;
const MOST_GROWTH_MIB = 60;

test('after many lives and broken watches a controller holds no more files, timers and memory than before', async () => {
  await sessionImage();
  const socketPath = engineSocket();
  const cluster = { socketPath, prefix: runPrefix(), concurrency: 4, nodeFlags: ['--max-semi-space-size=4'] };
  await using operator = await openOperatorCluster(cluster);
  const { signal } = new AbortController();
  const { before, after, cuts } = await soak(operator, { lives: LIVES, warmups: WARMUPS, random: Math.random }, signal);
  expect(cuts).toBeGreaterThan(0);
  expect(after.pending?.known).toBe(0);
  expect(after.openFiles).toBeLessThanOrEqual(before.openFiles + MORE_FILES);
  expect(after.activeResources).toBeLessThanOrEqual(before.activeResources + MORE_RESOURCES);
  expect((after.rssBytes - before.rssBytes) / 2 ** 20).toBeLessThan(MOST_GROWTH_MIB);
  expect(await listAllOf(operator.cluster)).toEqual([]);
}, 300_000);
