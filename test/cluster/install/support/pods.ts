// The pods of one part of the operator: which there are, and how they end.

import { waitFor } from '../../../../hack/cluster/wait-for.ts';
import { SYSTEM_NAMESPACE } from '../../../../src/model/names.ts';
import { kubectl } from '../../support/cluster-command.ts';
import { pidsOf } from '../../support/processes.ts';
import { PATIENCE } from './sessions.ts';

/** In the operator's image. */
export const PROGRAM = '/app/mcpsession.mjs';

export type Part = 'controller' | 'placement' | 'webhook' | 'frontend';

export const selectorOf = (part: Part): string => `app.kubernetes.io/component=${part}`;

interface PodList {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly deletionTimestamp?: string } }[];
}

async function listPods(part: Part): Promise<PodList['items']> {
  const said = await kubectl('get', 'pods', '-n', SYSTEM_NAMESPACE, '-l', selectorOf(part), '-o', 'json');
  return (JSON.parse(said) as PodList).items; // kubectl's own output
}

/** Names, without those that are on their way out. */
export async function podsOf(part: Part): Promise<readonly string[]> {
  const items = await listPods(part);
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name);
}

export async function podOnNode(part: Part, node: string): Promise<string> {
  const where = ['-l', selectorOf(part), `--field-selector=spec.nodeName=${node}`];
  const name = await kubectl(
    'get',
    'pods',
    '-n',
    SYSTEM_NAMESPACE,
    ...where,
    '-o',
    'jsonpath={.items[0].metadata.name}',
  );
  if (name === '') throw new Error(`no pod of the ${part} on ${node}`);
  return name;
}

/** Asks it to end, as an eviction or a rollout does. */
export const endPod = (name: string): Promise<string> =>
  kubectl('delete', 'pod', '-n', SYSTEM_NAMESPACE, name, '--wait=false');

/** With no time to end anything. */
export const killPod = (name: string): Promise<string> =>
  kubectl('delete', 'pod', '-n', SYSTEM_NAMESPACE, name, '--force', '--grace-period=0');

/** The program of one pod crashes; the pod stays, and is still asked until it is found out. Resolves when all are ready again. */
export async function crashOne(part: Part): Promise<void> {
  let pids: readonly number[] = [];
  await waitFor({
    what: `one process for each pod of the ${part}, and none that is on its way out`, // nobody starts that one again
    withinMs: 120_000,
    isTrue: async () => {
      pids = await pidsOf(`${PROGRAM} ${part} `);
      const pods = await listPods(part);
      return pids.length === pods.length && pods.every(({ metadata }) => metadata.deletionTimestamp === undefined);
    },
  });
  const restarts = await restartsOf(part);
  process.kill(Math.min(...pids), 'SIGKILL'); // the oldest: not the one that crashed before
  await waitFor({
    what: `the ${part} to be started again`,
    withinMs: 120_000,
    isTrue: async () => (await restartsOf(part)) > restarts,
  });
  await kubectl('wait', 'pod', '-n', SYSTEM_NAMESPACE, '-l', selectorOf(part), '--for=condition=Ready', PATIENCE);
}

async function restartsOf(part: Part): Promise<number> {
  const path = 'jsonpath={.items[*].status.containerStatuses[0].restartCount}';
  const counts = await kubectl('get', 'pods', '-n', SYSTEM_NAMESPACE, '-l', selectorOf(part), '-o', path);
  return counts.split(' ').reduce((sum, count) => sum + Number(count), 0);
}

/** Until `count` pods that are not among `gone` are Ready. */
export async function untilReplaced(part: Part, count: number, gone: readonly string[]): Promise<void> {
  await waitFor({
    what: `${count} pods of the ${part} without ${gone.join(', ')}`,
    withinMs: 120_000,
    isTrue: async () => {
      const names = await podsOf(part);
      return names.length === count && !names.some((name) => gone.includes(name));
    },
  });
  const workload = part === 'controller' ? `daemonset/mcpsession-${part}` : `deployment/mcpsession-${part}`;
  await kubectl('rollout', 'status', '-n', SYSTEM_NAMESPACE, workload, PATIENCE);
}
