// The schema of the chart's values: closed, so that a name with a slip of the pen is refused and named. The parts that become settings
// and policy are those of the programs themselves.

import { z } from 'zod';
import { ROLE_SCHEMAS } from '../src/config/role-settings.ts';
import { policyFileSchema } from '../src/model/policy-set.ts';

const { controller, webhook, frontend } = ROLE_SCHEMAS;
const object = z.record(z.string(), z.unknown());
const texts = z.record(z.string(), z.string());
const replicas = z.int().min(1).max(100);

const pod = {
  resources: object,
  nodeSelector: texts,
  tolerations: z.array(object),
  affinity: object,
  priorityClassName: z.string(),
  podAnnotations: texts,
  podLabels: texts,
};
const certificate = (role: typeof webhook | typeof frontend) =>
  z.strictObject({ validDays: role.shape.certificate.unwrap().shape.validDays });

const valuesSchema = z.strictObject({
  global: z.strictObject({
    imageRegistry: z.string(),
    imagePullSecrets: z.array(z.strictObject({ name: z.string() })),
    commonLabels: texts,
  }),
  crds: z.strictObject({ enabled: z.boolean(), keep: z.boolean() }),
  image: z.strictObject({
    repository: z.string().min(1),
    tag: z.string(),
    digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  }),
  rbac: z.strictObject({ create: z.boolean() }),
  policy: policyFileSchema,
  logging: z.strictObject({ level: controller.shape.logLevel }),
  metrics: z.strictObject({ port: controller.shape.metrics.unwrap().shape.port }),
  networkPolicy: z.strictObject({ enabled: z.boolean() }),
  controller: z.strictObject({
    docker: z.strictObject({ socketPath: z.string().regex(/^\/.+\/[^/]+$/) }),
    port: controller.shape.nodeApi.unwrap().shape.port,
    stateDir: z.string().regex(/^\/.+/),
    sweepIntervalSeconds: controller.shape.sweepIntervalSeconds,
    concurrency: controller.shape.concurrency,
    ...pod,
  }),
  placement: z.strictObject({ replicaCount: replicas, ...pod }),
  webhook: z.strictObject({
    replicaCount: replicas,
    port: webhook.shape.port,
    certificate: certificate(webhook),
    drainSeconds: webhook.shape.drainSeconds,
    podDisruptionBudget: z.strictObject({ enabled: z.boolean(), minAvailable: z.int().min(1).max(99) }),
    ...pod,
  }),
  frontend: z.strictObject({
    enabled: z.boolean(),
    replicaCount: replicas,
    port: frontend.shape.port,
    certificate: certificate(frontend),
    drainSeconds: frontend.shape.drainSeconds,
    allowedHosts: frontend.shape.allowedHosts,
    allowedOrigins: frontend.shape.allowedOrigins,
    ...pod,
  }),
  tests: z.strictObject({ enabled: z.boolean() }),
  extraObjects: z.array(object),
});

export const valuesSchemaText = (): string =>
  `${JSON.stringify(valuesSchema.toJSONSchema({ io: 'input', target: 'draft-7' }), null, 2)}\n`;
