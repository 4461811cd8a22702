// Takes away what the programs of a lane made on the engine: containers first, then what they used.

import type { Engine } from './engine.ts';

const CLUSTER = 'mcpsession.dev/cluster';
const DELIVERY = 'mcpsession.dev/init-delivery';

export interface Lane {
  readonly clusterName: string;
  /** Containers that stay. */
  readonly sentinels: ReadonlySet<string>;
}

export async function removeAllOf(engine: Engine, { clusterName, sentinels }: Lane): Promise<void> {
  const deliveries = await engine.list(DELIVERY);
  const found = [
    ...(await engine.list(`${CLUSTER}=${clusterName}`)),
    ...deliveries.filter(({ Labels }) => Labels[DELIVERY]?.startsWith(`${clusterName}/`)),
  ];
  await Promise.all(found.filter(({ Id }) => !sentinels.has(Id)).map(({ Id }) => engine.remove(Id)));
  for (const kind of ['networks', 'volumes'] as const) {
    for (const { address, labels } of await labelled(engine, kind)) {
      if (labels[CLUSTER] === clusterName) await engine.call('DELETE', `/${kind}/${address}`);
    }
  }
}

export interface Labelled {
  /** By which the engine finds it: an id for a network, whose names are not unique, a name for a volume. */
  readonly address: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Raw {
  readonly Id?: string;
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** All networks or volumes of any cluster of ours. */
export async function labelled(engine: Engine, kind: 'networks' | 'volumes'): Promise<readonly Labelled[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [CLUSTER] }));
  const { body } = await engine.call('GET', `/${kind}?filters=${filters}`);
  const found =
    kind === 'networks'
      ? (body as readonly Raw[])
      : ((body as { readonly Volumes: readonly Raw[] | null }).Volumes ?? []); // the engine's documented answers
  return found.map(({ Id, Name, Labels }) => ({ address: Id ?? Name, name: Name, labels: Labels ?? {} }));
}
