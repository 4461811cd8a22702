// `mcpsession self-test`: what the pods of `helm test` run, as the account of the pod. One check, asked again until its answer is the
// right one or the time is over: a pod that is being replaced is no failure.

import { readFile } from 'node:fs/promises';
import type { SelfTestOptions } from '../../cli/arguments/self-test.ts';
import { readRoleEnvironment } from '../../config/role-environment.ts';
import { readFrontendEndpoint } from '../../kube/frontend-endpoint.ts';
import { podKubeConfig } from '../../kube/in-cluster.ts';
import { createKubeClient, type KubeClient } from '../../kube/kube-client.ts';
import { createNodeStore } from '../../kube/node-store.ts';
import { assertNever } from '../../lib/assert-never.ts';
import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../process/system-clock.ts';
import { checkFrontend, checkNodes, checkWebhook } from './checks.ts';

const PAUSE_MS = 1_000;

/** Resolves with the sentence of the check. Rejects with `invalid` outside of a pod, else with the last answer. */
export async function runSelfTest(
  options: SelfTestOptions,
  host: { readonly version: string; readonly environment: Readonly<Record<string, string | undefined>> },
): Promise<string> {
  const pod = readRoleEnvironment('placement', host.environment); // of the roles the one that needs least
  if (!pod.ok) throw new OperatorError('invalid', pod.error.join('\n'));
  const { namespace } = pod.value;
  const client = createKubeClient({
    kubeconfig: podKubeConfig({ ...pod.value, serviceAccountDir: options.serviceAccountDir }),
    userAgent: `mcpsession-self-test/${host.version}`,
  });
  const signal = AbortSignal.timeout(options.timeoutSeconds * 1000);
  try {
    return `PASS ${options.test}: ${await untilGood(() => check(options, { client, namespace }, signal), systemClock, signal)}`;
  } finally {
    await client.close();
  }
}

async function check(
  { test, tokenFile }: SelfTestOptions,
  { client, namespace }: { readonly client: KubeClient; readonly namespace: string },
  signal: AbortSignal,
): Promise<string> {
  switch (test) {
    case 'webhook':
      return checkWebhook(client, namespace, signal);
    case 'nodes':
      return checkNodes(createNodeStore(client), signal);
    case 'frontend':
      return checkFrontend(
        {
          endpoint: await readFrontendEndpoint(client, namespace, signal),
          token: (await readFile(tokenFile, 'utf8')).trim(),
        },
        signal,
      );
    default:
      return assertNever(test);
  }
}

/** Rejects with the last answer that was not cut off by the end of the time. */
export async function untilGood(act: () => Promise<string>, clock: Clock, signal: AbortSignal): Promise<string> {
  let last: OperatorError | null = null;
  for (;;) {
    try {
      return await act();
    } catch (thrown) {
      const error = asOperatorError(thrown);
      if (signal.aborted) throw last ?? error;
      last = error;
      await clock.sleep(PAUSE_MS, signal).catch(() => {});
      if (signal.aborted) throw last;
    }
  }
}
