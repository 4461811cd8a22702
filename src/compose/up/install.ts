// Makes a cluster ready for the programs: CRDs, accounts, rights, and an account for MCP clients in one namespace.

import { apply } from '../../kube/apply.ts';
import { installCrds } from '../../kube/install.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { readWebhookService } from '../../kube/webhook-service.ts';
import { OperatorError } from '../../lib/errors.ts';
import { nodeCrd, sessionCrd } from '../../model/crd.ts';
import type { Clock } from '../../ports/clock.ts';
import { admissionFloor } from '../admission/floor.ts';
import { clientObjects, systemObjects } from '../cluster-objects.ts';

/**
 * Server-side apply throughout: running it again changes nothing. Rejects with `conflict`, before anything is written, where an operator of
 * pods serves the cluster: its rights and admission policies would be replaced.
 */
export async function installOperator(
  cluster: { readonly client: KubeClient; readonly clientNamespace: string },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { client, clientNamespace } = cluster;
  await refuseServedCluster(client, signal);
  const [namespace, ...objects] = systemObjects();
  await apply(client, namespace, signal);
  await Promise.all([
    installCrds(client, [sessionCrd(), nodeCrd()], clock, signal),
    ...[...objects, ...clientObjects(clientNamespace)].map((object) => apply(client, object, signal)),
  ]);
}

async function refuseServedCluster(client: KubeClient, signal: AbortSignal): Promise<void> {
  const served = await readWebhookService(client, signal);
  if (served === null) return;
  const { namespace, release } = served;
  const remove = release === '' ? 'remove that one' : `run \`helm uninstall ${release} -n ${namespace}\``;
  throw new OperatorError(
    'conflict',
    `the cluster ${client.url} is served by an operator in namespace ${namespace}, and a cluster has one only; use it (\`mcpsession mcp\`), or ${remove} first`,
  );
}

/** Names our controller's node, so only whoever holds the cluster may call it (only-up.ts). */
export async function installAdmissionFloor(client: KubeClient, nodeName: string, signal: AbortSignal): Promise<void> {
  await Promise.all(admissionFloor({ unboundNode: nodeName }).map((object) => apply(client, object, signal)));
}
