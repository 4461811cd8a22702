// Every metric that the programs export, by name and closed label sets (ux.md 2.5). One registry per process, made by the
// composition root; nothing registers itself.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'mcpsession_';
const FAST_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const WORK_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
const EXEC_SECONDS = [0.005, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 120, 600];

export type Metrics = ReturnType<typeof createMetrics>;

/** Label values must come from closed sets: never a session, a user or an image. */
export function createMetrics(build: { readonly version: string }) {
  const registry = new Registry();
  const named = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) => ({
    name: `${PREFIX}${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const gauge = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    new Gauge<Label>(named(name, help, labels));
  const counter = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    new Counter<Label>(named(name, help, labels));
  const histogram = <Label extends string>(input: {
    readonly name: string;
    readonly help: string;
    readonly labels: readonly Label[];
    readonly buckets: readonly number[];
  }) => new Histogram<Label>({ ...named(input.name, input.help, input.labels), buckets: [...input.buckets] });

  gauge('build_info', 'Version of the program; always 1.', ['version']).set({ version: build.version }, 1);
  return {
    contentType: registry.contentType,
    /** The exposition text that a scrape gets. */
    render: (): Promise<string> => registry.metrics(),
    sessions: gauge('sessions', 'Sessions by state and node.', ['state', 'node']),
    reconcileTotal: counter('reconcile_total', 'Looks at a session, by program and outcome.', ['program', 'outcome']),
    reconcileDuration: histogram({
      name: 'reconcile_duration_seconds',
      help: 'Duration of one look at a session.',
      labels: ['program'],
      buckets: WORK_SECONDS,
    }),
    workqueueDepth: gauge('workqueue_depth', 'Sessions that wait for a look.', ['program']),
    watchLastEvent: gauge('watch_last_event_timestamp_seconds', 'When the watch last heard of the API server.', [
      'resource',
    ]),
    watchRestarts: counter('watch_restarts_total', 'Watches that had to be opened again after a fault.', ['resource']),
    admissionRequests: counter('admission_requests_total', 'Admission reviews answered.', ['operation', 'decision']),
    admissionDuration: histogram({
      name: 'admission_duration_seconds',
      help: 'Duration of one admission decision.',
      labels: [],
      buckets: FAST_SECONDS,
    }),
    policyViolations: counter('policy_violations_total', 'Violations found, by rule and gate.', [
      'rule',
      'severity',
      'gate',
    ]),
    policyValid: gauge('policy_valid', 'Whether the policy file, as it is now, is the policy in force.', []),
    policyReloads: counter('policy_reloads_total', 'Changes of the policy file, by outcome.', ['outcome']),
    yoloMode: gauge('yolo_mode', 'Whether every safety rule is switched off.', []),
    isolationChecks: counter('isolation_checks_total', 'Controls compared on running containers.', [
      'control',
      'outcome',
    ]),
    dockerUp: gauge('docker_up', 'Whether the Docker Engine of the node answers.', ['node']),
    orphanContainers: gauge('orphan_containers', 'Containers found whose session is gone.', ['node']),
    execTotal: counter('exec_total', 'Commands run in sessions, by outcome.', ['outcome']),
    execDuration: histogram({
      name: 'exec_duration_seconds',
      help: 'Duration of one command in a session.',
      labels: [],
      buckets: EXEC_SECONDS,
    }),
    certificateExpiry: gauge('certificate_expiry_timestamp_seconds', 'When a certificate ends.', ['certificate']),
  };
}
