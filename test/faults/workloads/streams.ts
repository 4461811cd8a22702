// W8: commands and log streams while sessions are deleted.

import { createNodeClient } from '../../../src/node-client/node-client.ts';
import { requestToken } from '../../../src/kube/install.ts';
import { callerSchema } from '../../../src/model/caller.ts';
import { execRequestSchema } from '../../../src/model/node-protocol.ts';
import { NODE_AUDIENCE, SERVICE_ACCOUNTS, SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import type { NodeSession } from '../../../src/ports/node-access.ts';
import { NAMESPACE } from '../rig/cluster.ts';
import type { World } from '../rig/world.ts';
import { GONE, READY, type Workload } from './workload.ts';

/** A call may end well or badly while its session goes away, but it must end. */
const ENDS_WITHIN_MS = 30_000;
const CALLER = callerSchema.parse({ username: 'faults', groups: ['system:masters'] });

export const w8: Workload = {
  id: 'W8',
  what: 'commands and log streams while their session is deleted; another session goes on',
  weight: 2,
  async run(world) {
    await world.create('s1', { command: ['/bin/sh', '-c', 'while :; do echo line; sleep 0.2; done'] });
    await world.create('s2');
    await Promise.all(['s1', 's2'].map((alias) => world.until(alias, 'Running')));
    const client = createNodeClient({ token: () => frontendToken(world), userAgent: 'mcpsession-faults' });
    const stop = AbortSignal.timeout(120_000);
    const open = [
      command(world, client, 's1', stop),
      command(world, client, 's1', stop),
      command(world, client, 's2', stop),
    ];
    for (const each of open) each.catch(() => {}); // awaited below
    await world.delete('s1');
    await world.untilGone('s1');
    const ended = Promise.all(open.slice(0, 2).map((each) => each.catch(() => 'ended')));
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), ENDS_WITHIN_MS).unref());
    const outcome = await Promise.race([ended, late]);
    await client.close();
    await world.wait('I14 commands in session s1 go on after its end', () => outcome !== 'late');
    return { s1: GONE, s2: READY };
  },
};

async function frontendToken(world: World): Promise<string> {
  const wanted = { namespace: SYSTEM_NAMESPACE, serviceAccount: SERVICE_ACCOUNTS.frontend, audience: NODE_AUDIENCE };
  const { signal } = new AbortController();
  return (await requestToken(world.lane.cluster.admin, { ...wanted, expirationSeconds: 3600 }, signal)).token;
}

/** Runs for a minute unless it is ended; rejects when the connection or the session goes. */
async function command(
  world: World,
  client: ReturnType<typeof createNodeClient>,
  alias: string,
  signal: AbortSignal,
): Promise<string> {
  const session = await nodeSession(world, alias);
  const asked = { argv: ['/bin/sleep', '60'], timeoutSeconds: 60 };
  const request = execRequestSchema.parse({ caller: CALLER, sessionUid: session.uid, command: asked });
  await client.exec(session.endpoint, session, request, () => {}, signal);
  return 'ended';
}

async function nodeSession(world: World, alias: string): Promise<NodeSession> {
  const { nodeName, cluster } = world.lane;
  const node = (await cluster.api.must('GET', `/apis/mcpsession.dev/v1alpha1/mcpnodes/${nodeName}`)) as {
    readonly status: { readonly nodeApi: { readonly url: string; readonly caPem: string } };
  }; // our own resource
  const { uid = '' } = world.session(alias)?.metadata ?? {};
  return { endpoint: node.status.nodeApi, namespace: NAMESPACE, name: world.fullName(alias), uid, caller: CALLER };
}
