// What `helm test` asks, and what it says when the answer is not the right one.

import { expect, test } from 'vitest';
import { parseCommand } from '../../../src/cli/arguments.ts';
import { checkFrontend, checkNodes, checkWebhook } from '../../../src/compose/self-test/checks.ts';
import { runSelfTest, untilGood } from '../../../src/compose/self-test/self-test.ts';
import type { KubeClient, KubeRequest } from '../../../src/kube/kube-client.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { McpNode } from '../../../src/model/node.ts';
import { createManualClock } from '../process/manual-clock.ts';

const never = new AbortController().signal;

function apiServer(answer: () => Promise<unknown>): { readonly client: KubeClient; readonly asked: KubeRequest[] } {
  const asked: KubeRequest[] = [];
  const request: KubeClient['request'] = async (wanted) => {
    asked.push(wanted);
    return { status: 201, body: await answer(), warnings: [] };
  };
  return { client: { request } as KubeClient, asked }; // nothing else of it is used
}

test('an unsafe session that the rules refuse is the right answer, and it is only a dry run', async () => {
  const { client, asked } = apiServer(() =>
    Promise.reject(new OperatorError('invalid', 'spec.security.securityOpt[0]: Forbidden: [MCPS-104] ...')),
  );
  expect(await checkWebhook(client, 'mcps-ops', never)).toContain('[MCPS-104]');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    method: 'POST',
    path: '/apis/mcpsession.dev/v1alpha1/namespaces/mcps-ops/mcpsessions',
    query: { dryRun: 'All' },
  });
});

test('an API server that takes the unsafe session has no webhook', async () => {
  const { client } = apiServer(() => Promise.resolve({}));
  await expect(checkWebhook(client, 'mcps-ops', never)).rejects.toThrow('no webhook judged it; look at: kubectl get');
});

test('a refusal for another reason is told as it is', async () => {
  const { client } = apiServer(() => Promise.reject(new OperatorError('unavailable', 'failed calling webhook: EOF')));
  await expect(checkWebhook(client, 'mcps-ops', never)).rejects.toThrow(
    'refused, but not by the rules: failed calling webhook: EOF',
  );
});

const node = (name: string, status: 'True' | 'False' | null): McpNode => ({
  name,
  uid: name,
  resourceVersion: '1',
  generation: 1,
  labels: {},
  spec: { unschedulable: false },
  status:
    status === null
      ? {}
      : {
          conditions: [
            {
              type: 'DockerReady',
              status,
              reason: 'R',
              message: 'no socket',
              lastTransitionTime: '2026-01-01T00:00:00Z',
            },
          ],
        },
});
const nodes = (...list: readonly McpNode[]) => ({ list: () => Promise.resolve(list) });

test('one node with an engine is enough, and the others are named', async () => {
  expect(await checkNodes(nodes(node('a', 'True')), never)).toBe('DockerReady on a');
  expect(await checkNodes(nodes(node('a', 'True'), node('b', 'False')), never)).toBe('DockerReady on a; not on b');
});

test('without one it says why, for each', async () => {
  await expect(checkNodes(nodes(), never)).rejects.toThrow('there is no McpNode: no controller has reported');
  await expect(checkNodes(nodes(node('a', 'False'), node('b', null)), never)).rejects.toThrow(
    'no node reports DockerReady: a: no socket; b: no report yet',
  );
});

test('a front end that never said where it is', async () => {
  await expect(checkFrontend({ endpoint: null, token: 't' }, never)).rejects.toThrow('mcpsession-frontend');
});

test('it asks again every second, and ends with the last answer', async () => {
  const clock = createManualClock();
  let asked = 0;
  const act = () => {
    asked += 1;
    return asked < 3 ? Promise.reject(new OperatorError('unavailable', `answer ${asked}`)) : Promise.resolve('good');
  };
  const good = untilGood(act, clock, never);
  await clock.advance(5_000);
  expect(await good).toBe('good');
  const end = new AbortController();
  const bad = untilGood(() => Promise.reject(new OperatorError('unavailable', 'never')), clock, end.signal);
  end.abort();
  await expect(bad).rejects.toThrow('never');
});

test('outside of a pod it says what is missing', async () => {
  const options = { test: 'nodes', timeoutSeconds: 1, serviceAccountDir: '/x', tokenFile: '/x' } as const;
  await expect(runSelfTest(options, { version: 'test', environment: {} })).rejects.toThrow('POD_NAMESPACE');
});

test.each([
  { argv: [], says: 'self-test: name one of webhook, frontend, nodes' },
  { argv: ['all'], says: 'self-test: name one of webhook, frontend, nodes' },
  { argv: ['nodes', '--timeout', '0'], says: '--timeout "0": must be seconds from 1 to 600' },
])('self-test $argv is refused: $says', ({ argv, says }) => {
  expect(parseCommand(['self-test', ...argv])).toEqual({ ok: false, error: [says] });
});

test('self-test finds account and token where pods have them', () => {
  expect(parseCommand(['self-test', 'frontend'])).toEqual({
    ok: true,
    value: {
      run: 'self-test',
      options: {
        test: 'frontend',
        timeoutSeconds: 60,
        serviceAccountDir: '/var/run/secrets/kubernetes.io/serviceaccount',
        tokenFile: '/var/run/secrets/mcpsession/token',
      },
    },
  });
});
