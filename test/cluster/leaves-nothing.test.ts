// Whatever happens to `up`, `down` leaves the machine as it was: compared by a snapshot of links, addresses, routes, packet
// filters, mounts, control groups, kernel settings, directories and processes.

import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, expect, test } from 'vitest';

import { clusterProcesses } from '../../hack/cluster/cgroups.ts';
import { differences } from '../../hack/cluster/snapshot/differences.ts';
import { takeSnapshot } from '../../hack/cluster/snapshot/take-snapshot.ts';
import { waitFor } from '../../hack/cluster/wait-for.ts';
import { cluster, startCluster } from './support/cluster-command.ts';

afterAll(async () => {
  await cluster('down');
});

test('up and down change nothing, and a second down finds nothing to do', async () => {
  const before = await takeSnapshot();
  await cluster('up');
  expect(differences(before, await takeSnapshot()).length).toBeGreaterThan(10);
  await cluster('down');
  expect(differences(before, await takeSnapshot())).toEqual([]);
  await cluster('down');
  expect(differences(before, await takeSnapshot())).toEqual([]);
});

test.each([300, 1_000, 2_000, 4_000])(
  'an up that is killed after %i ms leaves nothing that down does not find',
  async (afterMs) => {
    const before = await takeSnapshot();
    const up = startCluster('up', '--nodes', '2');
    const ended = new Promise((resolve) => up.on('exit', resolve));
    await sleep(afterMs);
    up.kill('SIGKILL');
    await ended;
    await cluster('down');
    expect(differences(before, await takeSnapshot())).toEqual([]);
  },
);

test('when the first process is killed, everything goes with it, and down clears what files are left', async () => {
  const before = await takeSnapshot();
  await cluster('up');
  const pids = await clusterProcesses();
  process.kill(Math.min(...pids), 'SIGKILL');
  await waitFor({
    what: 'the processes of the cluster to end',
    withinMs: 10_000,
    isTrue: async () => (await clusterProcesses()).length === 0,
  });
  await cluster('down');
  expect(differences(before, await takeSnapshot())).toEqual([]);
});
