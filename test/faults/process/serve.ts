// What both child processes have in common: one order starts the role, SIGTERM drains it, everything else is asked over IPC.

import { readdirSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { openPolicies } from '../../../src/compose/policy-file.ts';
import type { RoleContext } from '../../../src/compose/roles/common.ts';
import { createKubeClient } from '../../../src/kube/kube-client.ts';
import { asOperatorError } from '../../../src/lib/errors.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createMetrics } from '../../../src/process/metrics.ts';
import { createShutdown } from '../../../src/process/shutdown.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import type { QueueCounts } from '../../../src/process/work-queue.ts';
import type { Answer, Order, StartOrder } from './orders.ts';

/** For the role to drain (security.md F34: 10 s) and to say so. */
const SHUTDOWN_MS = 12_000;

export interface ServedRole {
  readonly nodeApiUrl: string;
  readonly done: Promise<void>;
  pending(): QueueCounts | null;
  whenReady(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

type StartRole = (context: RoleContext, order: StartOrder, signal: AbortSignal) => Promise<ServedRole>;

/** Waits for the order to start; ends the process when the role ends. */
export function serveRole(component: string, startRole: StartRole): void {
  let role: ServedRole | null = null;
  let offsetMs = 0;
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + offsetMs };
  process.on('disconnect', () => process.exit(3)); // the harness is gone: nobody is left to serve
  process.on('message', (order: Order) => {
    if (order.order === 'clock') offsetMs = order.offsetMs;
    else if (order.order === 'debug') say(debugAnswer(role));
    else
      runRole({ component, startRole, clock, onStart: (started) => (role = started) }, order).then(
        () => process.exit(0),
        (thrown: unknown) => {
          say({ say: 'failed', why: asOperatorError(thrown).message });
          process.stderr.write(`${component} failed: ${String(thrown)}\n`);
          setImmediate(() => process.exit(1));
        },
      );
  });
  say({ say: 'loaded' });
}

const say = (answer: Answer): void => void process.send?.(answer);

interface Running {
  readonly component: string;
  readonly startRole: StartRole;
  readonly clock: Clock;
  readonly onStart: (role: ServedRole) => void;
}

async function runRole({ component, startRole, clock, onStart }: Running, order: StartOrder): Promise<void> {
  const log = createLogger({ destination: process.stdout, level: 'debug' });
  const exit = (code: number): void => process.exit(code);
  const shutdown = createShutdown({ source: process, exit, log, deadlineMs: SHUTDOWN_MS });
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromFile(order.kubeconfigPath);
  const client = createKubeClient({ kubeconfig, userAgent: `${component}/${order.version}` });
  shutdown.onClose('API client', () => client.close());
  const metrics = createMetrics({ version: order.version });
  const policies = await openPolicies({ file: order.policyFile, environment: {} }, { clock, log, metrics });
  void policies.keep(shutdown.signal);
  const context: RoleContext = {
    client,
    policies,
    clock,
    random: Math.random,
    log,
    metrics,
    identity: order.identity,
  };
  const role = await startRole(context, order, shutdown.signal);
  shutdown.onClose(component, () => role.close());
  onStart(role);
  role.whenReady(shutdown.signal).then(
    () => say({ say: 'ready', nodeApiUrl: role.nodeApiUrl }),
    () => {}, // stopped before it was ready
  );
  try {
    await role.done;
  } finally {
    await shutdown.close();
  }
}

function debugAnswer(role: ServedRole | null): Answer {
  return {
    say: 'debug',
    pending: role?.pending() ?? null,
    rssBytes: process.memoryUsage.rss(),
    openFiles: readdirSync('/proc/self/fd').length,
    activeResources: process.getActiveResourcesInfo().length,
  };
}
