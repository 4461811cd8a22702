// Whatever happens to `up`, `down` leaves the machine as it was: compared by a snapshot of links, addresses, routes, packet
// filters, mounts, control groups, kernel settings, directories and processes. It comes last (test/support/file-order.ts): it begins with
// the down of the cluster that all other files used.

import { setTimeout as sleep } from 'node:timers/promises';

import { expect, inject, test } from 'vitest';

import { clusterProcesses } from '../../hack/cluster/cgroups.ts';
import { nodeLayout } from '../../hack/cluster/layout.ts';
import { run } from '../../hack/cluster/run.ts';
import { differences } from '../../hack/cluster/snapshot/differences.ts';
import { takeSnapshot } from '../../hack/cluster/snapshot/take-snapshot.ts';
import { waitFor } from '../../hack/cluster/wait-for.ts';
import { SESSION_IMAGE } from '../../hack/session-image.ts';
import { cluster, startCluster } from './support/cluster-command.ts';

test('a cluster in which everything was installed and used goes like an empty one; a down that is killed is finished by the next', async () => {
  const before = inject('machineBefore');
  const engine = ['--host', `unix://${nodeLayout(1).dockerSocket}`];
  await run('docker', ...engine, 'network', 'create', '--internal', 'busy');
  await run('docker', ...engine, 'run', '--detach', '--network', 'busy', SESSION_IMAGE, 'sleep', '3600');
  expect(differences(before, await takeSnapshot()).length).toBeGreaterThan(10);

  const down = startCluster('down');
  const ended = new Promise((resolve) => down.on('exit', resolve));
  await waitFor({
    what: 'down to begin',
    withinMs: 20_000,
    isTrue: async () => (await clusterProcesses()).length === 0,
  });
  down.kill('SIGKILL');
  await ended;
  await cluster('down');
  expect(differences(before, await takeSnapshot())).toEqual([]);
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
