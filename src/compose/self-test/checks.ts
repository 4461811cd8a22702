// What an installation is asked from inside the cluster. Each check resolves with what it saw, or rejects with what is wrong and
// where to look.

import { Agent, request } from 'undici';
import { collectionPath, SESSIONS } from '../../kube/api-paths.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import { API_VERSION, FRONTEND_CONFIG_MAP, SESSION_KIND, WEBHOOK_CONFIGURATION } from '../../model/names.ts';
import type { NodeEndpoint } from '../../ports/node-access.ts';
import type { NodeStore } from '../../ports/nodes.ts';

/** Refused by a rule that no policy setting loosens; only YOLO does, and the chart asks nothing then. */
const UNSAFE_SPEC = { image: 'mcps.local/self-test:1', security: { privileged: true, securityOpt: ['label=disable'] } };
const REFUSED_BY = '[MCPS-104]';

/** Nothing is stored whatever the answer is: it is a dry run. */
export async function checkWebhook(client: KubeClient, namespace: string, signal: AbortSignal): Promise<string> {
  const body = {
    apiVersion: API_VERSION,
    kind: SESSION_KIND,
    metadata: { name: 'self-test', namespace },
    spec: UNSAFE_SPEC,
  };
  const create = { method: 'POST', path: collectionPath(SESSIONS, namespace), query: { dryRun: 'All' }, body } as const;
  const refusal = await client.request(create, signal).then(
    () => null,
    (thrown: unknown) => asOperatorError(thrown),
  );
  if (refusal === null)
    throw new OperatorError(
      'denied',
      `the API server took an unsafe session (dry run): no webhook judged it; look at: kubectl get validatingwebhookconfiguration ${WEBHOOK_CONFIGURATION} -o yaml`,
    );
  if (refusal.message.includes(REFUSED_BY)) return `an unsafe session is refused with ${REFUSED_BY}`;
  throw new OperatorError(refusal.kind, `an unsafe session is refused, but not by the rules: ${refusal.message}`);
}

export async function checkNodes(nodes: Pick<NodeStore, 'list'>, signal: AbortSignal): Promise<string> {
  const told = (await nodes.list(signal)).map(({ name, status }) => {
    const ready = status.conditions?.find(({ type }) => type === 'DockerReady');
    return { name, isReady: ready?.status === 'True', why: ready === undefined ? 'no report yet' : ready.message };
  });
  const names = (of: readonly { readonly name: string }[]): string => of.map(({ name }) => name).join(', ');
  const [good, bad] = [told.filter(({ isReady }) => isReady), told.filter(({ isReady }) => !isReady)];
  if (told.length === 0)
    throw new OperatorError(
      'unavailable',
      'there is no McpNode: no controller has reported; look at its pods, and at controller.nodeSelector and controller.tolerations',
    );
  if (good.length === 0)
    throw new OperatorError(
      'unavailable',
      `no node reports DockerReady: ${bad.map(({ name, why }) => `${name}: ${why}`).join('; ')}`,
    );
  return `DockerReady on ${names(good)}${bad.length === 0 ? '' : `; not on ${names(bad)}`}`;
}

/** Without a token it says only that it lives; with one it knows the caller. `endpoint` null: nobody said where it is. */
export async function checkFrontend(
  asked: { readonly endpoint: NodeEndpoint | null; readonly token: string },
  signal: AbortSignal,
): Promise<string> {
  const { endpoint, token } = asked;
  if (endpoint === null)
    throw new OperatorError(
      'unavailable',
      `the ConfigMap ${FRONTEND_CONFIG_MAP} does not say where the front end is; look at its log`,
    );
  const { url, caPem } = endpoint;
  const agent = new Agent({ connect: caPem === '' ? {} : { ca: caPem } });
  try {
    const statusOf = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> => {
      const answer = await request(`${url}${path}`, { dispatcher: agent, headers, signal });
      await answer.body.dump();
      return answer.statusCode;
    };
    const expected = [
      { what: 'GET /healthz', wanted: 200, got: await statusOf('/healthz', {}) },
      { what: 'GET /mcp without a token', wanted: 401, got: await statusOf('/mcp', {}) },
      // Whoever is not known is told 401 whatever the path is.
      {
        what: 'GET /self-test with a token',
        wanted: 404,
        got: await statusOf('/self-test', { authorization: `Bearer ${token}` }),
      },
    ];
    const wrong = expected.filter(({ wanted, got }) => wanted !== got);
    if (wrong.length === 0) return `${url} lives, refuses who has no token and knows who has one`;
    const said = wrong.map(({ what, wanted, got }) => `${what} is answered with ${got}, not ${wanted}`);
    throw new OperatorError('unavailable', `${url}: ${said.join('; ')}`);
  } catch (thrown) {
    const { kind, message } = asOperatorError(thrown);
    if (thrown instanceof OperatorError) throw thrown;
    throw new OperatorError(kind, `${url} does not answer through its Service: ${message}`, { cause: thrown });
  } finally {
    await agent.destroy();
  }
}
