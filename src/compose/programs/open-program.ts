// What the four programs have in common: probes and metrics from the first moment on, a client as the pod's ServiceAccount, and the
// policy, which is followed while the program runs.

import type { RoleName } from '../../config/role-settings.ts';
import { podKubeConfig } from '../../kube/in-cluster.ts';
import { createKubeClient } from '../../kube/kube-client.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { createMetrics } from '../../process/metrics.ts';
import type { Shutdown } from '../../process/shutdown.ts';
import { systemClock } from '../../process/system-clock.ts';
import { type LivePolicies, openPolicies } from '../policy-file.ts';
import type { RoleContext } from '../roles/common.ts';
import { startMetricsServer } from '../roles/metrics.ts';
import { keepTrying } from './keep-trying.ts';
import type { RoleProgram } from './read-program.ts';

export interface ProgramHost {
  readonly version: string;
  readonly log: Log;
}

export interface OpenProgram extends RoleContext {
  readonly policies: LivePolicies;
  readonly namespace: string;
  /** Of the program itself; `log` is for its parts, which name themselves. */
  readonly ownLog: Log;
  /** Until this is called the program is not ready. */
  readyWhen(checks: () => Readonly<Record<string, boolean>>): void;
  /** Waits out what others can mend. */
  eventually<T>(what: string, act: () => Promise<T>): Promise<T>;
}

const METRICS_CLOSE_MS = 500;

export async function openProgram(
  program: RoleProgram<RoleName>,
  host: ProgramHost,
  shutdown: Shutdown,
): Promise<OpenProgram> {
  const { role, settings, pod, environment } = program;
  const { version } = host;
  const log = host.log.with({ program: role });
  const { signal } = shutdown;
  const clock: Clock = systemClock;
  const metrics = createMetrics({ version });
  let checks: () => Readonly<Record<string, boolean>> = () => ({ started: false });
  const server = await startMetricsServer({
    metrics,
    log,
    host: settings.metrics.address,
    port: settings.metrics.port,
    checks: () => ({ notStopping: !signal.aborted, ...checks() }),
  });
  shutdown.onClose('metrics', () => server.close(METRICS_CLOSE_MS));
  const client = createKubeClient({
    kubeconfig: podKubeConfig({ ...pod, ...settings }),
    userAgent: `mcpsession-${role}/${version}`,
  });
  shutdown.onClose('API client', () => client.close());
  const policies = await openPolicies({ file: settings.policyFile, environment }, { clock, log, metrics });
  log.info('starting', { version, pod: pod.podName, namespace: pod.namespace, metrics: server.url });
  return {
    client,
    policies,
    clock,
    random: Math.random,
    log: host.log,
    ownLog: log,
    metrics,
    identity: pod.podName,
    namespace: pod.namespace,
    readyWhen: (wanted) => {
      checks = wanted;
    },
    eventually: (what, act) => keepTrying({ what, act }, { clock, random: Math.random, log }, signal),
  };
}

/**
 * Aborts `drainSeconds` after `stopping`: an endpoint that is not ready any more is still used for a moment, and what serves
 * behind a Service answers until then.
 */
export function afterDrain(stopping: AbortSignal, drainSeconds: number, clock: Clock): AbortSignal {
  const over = new AbortController();
  const end = (): void => over.abort(stopping.reason);
  const drain = (): void => void clock.sleep(drainSeconds * 1000, new AbortController().signal).then(end);
  if (stopping.aborted) end();
  else stopping.addEventListener('abort', drain, { once: true });
  return over.signal;
}

/** Names by which a Service is reached, and those of a port-forward to its pod. */
export const serviceHosts = (service: { readonly name: string; readonly namespace: string }): readonly string[] => {
  const { name, namespace } = service;
  const inCluster = ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`];
  return [...inCluster.map((suffix) => `${name}${suffix}`), 'localhost', '127.0.0.1'];
};
