// The first program in a node's namespaces: its files, its network, then containerd, a Docker Engine, the kubelet and
// kube-proxy. Argument: the number of the node. Runs until the cluster goes.

import { rm } from 'node:fs/promises';

import { Api } from '../api.ts';
import { type NodeLayout, nodeLayout, nodeLayouts } from '../layout.ts';
import { type ClusterPlan, readPlan } from '../plan.ts';
import { run } from '../run.ts';
import { waitFor } from '../wait-for.ts';
import { keepRunning, type Server } from './keep-running.ts';
import { setUpNode } from './network.ts';
import { CONTAINERD_SOCKET, writeNodeConfig } from './node-config.ts';
import { mountNode } from './node-mounts.ts';

const READY_WITHIN_MS = 120_000;

async function main(index: number): Promise<void> {
  const plan = await readPlan();
  const node = nodeLayout(index);
  await mountNode(node);
  await writeNodeConfig(node, plan.programs.cniDir);
  await setUpNode(
    node,
    nodeLayouts(plan.nodes).filter(({ name }) => name !== node.name),
  );

  for (const server of containerServers(node)) void keepRunning(server);
  await Promise.all([importPauseImage(plan.programs.pauseImage), waitForApi()]);
  for (const server of kubernetesServers(node, plan)) void keepRunning(server);
}

function containerServers({ dir }: NodeLayout): readonly Server[] {
  const place = { logDir: dir, cwd: `${dir}/config` };
  const docker = ['--config-file=docker.json', '--host=unix:///run/docker.sock', '--pidfile=/run/docker.pid'];
  return [
    { name: 'containerd', path: 'containerd', args: ['--config', 'containerd.toml'], ...place },
    {
      name: 'dockerd',
      path: 'dockerd',
      args: docker,
      ...place,
      // Numbers of processes are small and come again in a PID namespace: an old file would name a living process.
      prepare: () => rm('/run/docker.pid', { force: true }),
    },
  ];
}

function kubernetesServers({ dir, name, address }: NodeLayout, { programs }: ClusterPlan): readonly Server[] {
  const place = { logDir: dir, cwd: `${dir}/config` };
  const kubelet = [
    '--config=kubelet.yaml',
    '--kubeconfig=kubelet.conf',
    `--hostname-override=${name}`,
    `--node-ip=${address}`,
  ];
  return [
    { name: 'kubelet', path: `${programs.nodeDir}/kubelet`, args: kubelet, ...place },
    { name: 'kube-proxy', path: `${programs.nodeDir}/kube-proxy`, args: ['--config=kube-proxy.yaml'], ...place },
  ];
}

/** Before the kubelet makes the first pod. */
async function importPauseImage(path: string): Promise<void> {
  await waitFor({
    what: 'containerd to take the image of pods',
    withinMs: READY_WITHIN_MS,
    isTrue: async () => {
      await run('ctr', '--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', 'images', 'import', path);
      return true;
    },
  });
}

async function waitForApi(): Promise<void> {
  const api = await Api.open();
  const isTrue = async (): Promise<boolean> => (await api.ask({ method: 'GET', path: '/readyz' })).status === 200;
  await waitFor({ what: 'the API server', withinMs: READY_WITHIN_MS, isTrue });
  api.close();
}

await main(Number(process.argv[2]));
