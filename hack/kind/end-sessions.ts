// Deletes every session of a cluster and waits for their ends, by which their containers are gone too.

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { objectPath, SESSIONS } from '../../src/kube/api-paths.ts';
import { createKubeClient, type KubeClient } from '../../src/kube/kube-client.ts';
import { listObjects } from '../../src/kube/list-objects.ts';

const nameSchema = z.object({ metadata: z.object({ namespace: z.string(), name: z.string() }) });
const WITHIN_MS = 90_000;
const POLL_MS = 500;

/** False when the API server does not answer, or sessions are still there in the end. */
export async function endSessions(kubeconfig: string, withinMs = WITHIN_MS): Promise<boolean> {
  const signal = AbortSignal.timeout(withinMs);
  const client = createKubeClient({ kubeconfig: { path: kubeconfig }, userAgent: 'mcpsession-kind' });
  try {
    for (;;) {
      const left = await sessions(client, signal);
      if (left.length === 0) return true;
      for (const session of left)
        await client.request({ method: 'DELETE', path: objectPath(SESSIONS, session) }, signal);
      await sleep(POLL_MS, undefined, { signal });
    }
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

async function sessions(
  client: KubeClient,
  signal: AbortSignal,
): Promise<readonly { readonly namespace: string; readonly name: string }[]> {
  const found: { readonly namespace: string; readonly name: string }[] = [];
  const scope = { resource: SESSIONS, namespace: null };
  await listObjects(client, scope, (raw) => found.push(nameSchema.parse(raw).metadata), signal);
  return found;
}
