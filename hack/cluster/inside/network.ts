// The links of the cluster: one bridge in the control plane's network namespace, and a link from it to the machine and to
// each node. No part has a default route, so that nothing in the cluster reaches beyond this machine.

import { readFile, writeFile } from 'node:fs/promises';

import {
  CONTROL_ADDRESS,
  HOST_ADDRESS,
  HOST_LINK,
  NODE_NET,
  type NodeLayout,
  POD_NET,
  SERVICE_NET,
} from '../layout.ts';
import { run } from '../run.ts';
import { waitFor } from '../wait-for.ts';

const BRIDGE = 'nodes';
const UPLINK = 'machine';
const NODE_LINK = 'eth0';
const LINK_WITHIN_MS = 30_000;

/** On the machine: a link into the namespace of process `first`, and the routes behind it. They go with the namespace. */
export async function linkMachine(first: number, nodes: readonly NodeLayout[]): Promise<void> {
  await run('ip', 'link', 'add', HOST_LINK, 'type', 'veth', 'peer', 'name', UPLINK, 'netns', String(first));
  await run('ip', 'address', 'add', `${HOST_ADDRESS}/${NODE_NET.prefixLength}`, 'dev', HOST_LINK);
  await run('ip', 'link', 'set', HOST_LINK, 'up');
  await routeToPods(nodes);
}

/** In the control plane's namespace. */
export async function setUpBridge(): Promise<void> {
  await run('ip', 'link', 'set', 'lo', 'up');
  await run('ip', 'link', 'add', BRIDGE, 'type', 'bridge');
  await run('ip', 'address', 'add', `${CONTROL_ADDRESS}/${NODE_NET.prefixLength}`, 'dev', BRIDGE);
  await run('ip', 'link', 'set', BRIDGE, 'up');
}

/** In the control plane's namespace: takes the link that the machine pushes into it. */
export async function joinMachine(): Promise<void> {
  await linkAppears(UPLINK);
  await run('ip', 'link', 'set', UPLINK, 'master', BRIDGE, 'up');
}

/** In the control plane's namespace: a link into the node whose first process is given. */
export async function linkNode(first: number, node: NodeLayout): Promise<void> {
  await run('ip', 'link', 'add', node.link, 'type', 'veth', 'peer', 'name', NODE_LINK, 'netns', String(first));
  await run('ip', 'link', 'set', node.link, 'master', BRIDGE, 'up');
}

/**
 * On the machine and in the control plane's namespace, which are no nodes: pods are behind their nodes, Services behind the
 * first one, whose kube-proxy answers for all of them and gives such requests its own address, so that answers come back.
 */
export async function routeToPods(nodes: readonly NodeLayout[]): Promise<void> {
  for (const { podNet, address } of nodes) await run('ip', 'route', 'add', podNet, 'via', address);
  const [first] = nodes;
  if (first !== undefined) await run('ip', 'route', 'add', SERVICE_NET, 'via', first.address);
}

/** In a node's namespace. Forwarding is on before the Docker Engine looks, which would else refuse to forward for others. */
export async function setUpNode(node: NodeLayout, others: readonly NodeLayout[]): Promise<void> {
  await run('ip', 'link', 'set', 'lo', 'up');
  await linkAppears(NODE_LINK);
  await run('ip', 'address', 'add', `${node.address}/${NODE_NET.prefixLength}`, 'dev', NODE_LINK);
  await run('ip', 'link', 'set', NODE_LINK, 'up');
  for (const { podNet, address } of others) await run('ip', 'route', 'add', podNet, 'via', address);
  // A process of the node that dials a Service is routed before kube-proxy rewrites the address: any route will do.
  await run('ip', 'link', 'add', 'services', 'type', 'bridge');
  await run('ip', 'link', 'set', 'services', 'up');
  await run('ip', 'route', 'add', SERVICE_NET, 'dev', 'services', 'src', node.address);
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
  // The first node forwards for those who could reach the others directly; it must not teach them to go around kube-proxy.
  for (const scope of ['all', 'default', NODE_LINK]) {
    await writeFile(`/proc/sys/net/ipv4/conf/${scope}/send_redirects`, '0');
  }
}

async function linkAppears(link: string): Promise<void> {
  await waitFor({
    what: `the link ${link}`,
    withinMs: LINK_WITHIN_MS,
    isTrue: async () => (await readFile('/proc/net/dev', 'utf8')).includes(`${link}:`),
  });
}

/** Our networks that a route of the machine already covers in part; such a route would break, or break us. */
export async function takenNetworks(): Promise<readonly string[]> {
  const routes = (await run('ip', '-4', 'route', 'show', 'table', 'all')).split('\n');
  const taken = routes.map((line) => /^(?:\w+ )?(\d+\.\d+\.\d+\.\d+(?:\/\d+)?)/.exec(line)?.[1] ?? '').filter(Boolean);
  const ours = [NODE_NET.cidr, POD_NET, SERVICE_NET];
  return ours.filter((network) => taken.some((route) => overlaps(network, route)));
}

function overlaps(one: string, other: string): boolean {
  const [a, b] = [parseNet(one), parseNet(other)];
  const bits = Math.min(a.length, b.length);
  const mask = bits === 0 ? 0n : (0xffff_ffffn << BigInt(32 - bits)) & 0xffff_ffffn;
  return (a.address & mask) === (b.address & mask);
}

function parseNet(text: string): { readonly address: bigint; readonly length: number } {
  const [address = '', length = '32'] = text.split('/');
  const value = address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  return { address: value, length: Number(length) };
}
