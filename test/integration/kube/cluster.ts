// What the tests of this folder share: a client of the shared API server and a namespace of their own.

import { randomBytes } from 'node:crypto';

import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';
import { createSessionCache, type ObservingSessionCache, type SessionFilter } from '../../../src/kube/session-cache.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import type { SharedApiServer } from '../../support/api-server.ts';

export const SPEC = { image: `registry.example/team/tool:1.0@sha256:${'ab'.repeat(32)}` };
export const { signal: never } = new AbortController();

export const clientOf = (server: SharedApiServer): KubeClient =>
  createKubeClient({ kubeconfig: { path: server.kubeconfigPath }, userAgent: 'mcpsession-test' });

export const uniqueName = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`;

/** A running cache; `changed` collects the keys. Stop it by aborting. */
export function watchSessions(
  client: KubeClient,
  scope: { readonly namespace: string; readonly filter: SessionFilter },
) {
  const stop = new AbortController();
  const changed: string[] = [];
  const limits = { backoff: { baseMs: 50, capMs: 500 } };
  const common = { clock: systemClock, random: Math.random, log: silentLog, limits };
  const cache: ObservingSessionCache = createSessionCache({ client, ...scope, ...common });
  const running = cache.run((key) => changed.push(key), stop.signal);
  const end = (): Promise<void> => {
    stop.abort(new Error('test over'));
    return running;
  };
  return { cache, changed, end };
}
