// The pods of one part of the operator: which there are, and how they end.

import { waitFor } from '../../../../hack/cluster/wait-for.ts';
import { SYSTEM_NAMESPACE } from '../../../../src/model/names.ts';
import { kubectl } from '../../support/cluster-command.ts';
import { PATIENCE } from './sessions.ts';

export type Part = 'controller' | 'placement' | 'webhook' | 'frontend';

export const selectorOf = (part: Part): string => `app.kubernetes.io/component=${part}`;

interface PodList {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly deletionTimestamp?: string } }[];
}

/** Names, without those that are on their way out. */
export async function podsOf(part: Part): Promise<readonly string[]> {
  const said = await kubectl('get', 'pods', '-n', SYSTEM_NAMESPACE, '-l', selectorOf(part), '-o', 'json');
  const { items } = JSON.parse(said) as PodList; // kubectl's own output
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

/** Ends it as a crash does: SIGKILL at once. */
export const killPod = (name: string): Promise<string> =>
  kubectl('delete', 'pod', '-n', SYSTEM_NAMESPACE, name, '--force', '--grace-period=0');

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
