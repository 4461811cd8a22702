// A killed controller comes back to many sessions: it finds what changed meanwhile, writes nothing about the others, and stays small.

import { expect, test } from 'vitest';

import { engineSocket, sessionImage } from '../../support/docker.ts';
import { openOperatorCluster } from '../../support/operator-cluster.ts';
import { runPrefix } from '../../support/oracle/run.ts';
import { restartAtScale } from '../../support/restart-at-scale.ts';

const SIZE = { running: 30, resting: 270 };
/** Lists and reads of what changed, its writes, the node and leases; a request for each session would be 300. */
const MOST_REQUESTS = 60;
const MOST_RSS_MIB = 400;

test('a restarted controller finds what changed among 300 sessions and leaves the others alone', async () => {
  await sessionImage();
  const socketPath = engineSocket();
  await using operator = await openOperatorCluster({ socketPath, prefix: runPrefix(), concurrency: 4 });
  const { signal } = new AbortController();
  const restart = await restartAtScale(operator, { socketPath, ...SIZE, say: () => {} }, signal);
  expect(restart.rewritten).toEqual([]);
  expect(restart.requests).toBeLessThan(MOST_REQUESTS);
  expect(restart.rssMib).toBeLessThan(MOST_RSS_MIB);
}, 300_000);
