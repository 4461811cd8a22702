// Makes a cluster ready for the programs: CRDs, accounts, rights, and an account for MCP clients in one namespace.

import { apply } from '../../kube/apply.ts';
import { installCrds } from '../../kube/install.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { nodeCrd, sessionCrd } from '../../model/crd.ts';
import type { Clock } from '../../ports/clock.ts';
import { admissionFloor } from '../admission/floor.ts';
import { clientObjects, systemObjects } from '../cluster-objects.ts';

/** Server-side apply throughout: running it again changes nothing. */
export async function installOperator(
  cluster: { readonly client: KubeClient; readonly clientNamespace: string },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { client, clientNamespace } = cluster;
  const [namespace, ...objects] = systemObjects();
  await apply(client, namespace, signal);
  await Promise.all([
    installCrds(client, [sessionCrd(), nodeCrd()], clock, signal),
    ...[...objects, ...clientObjects(clientNamespace)].map((object) => apply(client, object, signal)),
  ]);
}

/** Names our controller's node, so only whoever holds the cluster may call it (only-up.ts). */
export async function installAdmissionFloor(client: KubeClient, nodeName: string, signal: AbortSignal): Promise<void> {
  await Promise.all(admissionFloor({ unboundNode: nodeName }).map((object) => apply(client, object, signal)));
}
