// The schema of the chart's values: closed, so that a name with a slip of the pen is refused and named. The parts that become settings
// and policy are those of the programs themselves.

import { z } from 'zod';
import { ROLE_SCHEMAS } from '../src/config/role-settings.ts';
import { policyFileSchema } from '../src/model/policy-set.ts';

const { controller, webhook, frontend } = ROLE_SCHEMAS;
const object = z.record(z.string(), z.unknown());
const texts = z.record(z.string(), z.string());
const replicas = z.int().min(1).max(100);

const budget = z.strictObject({ enabled: z.boolean(), minAvailable: z.int().min(1).max(99) });
const pod = {
  resources: object,
  securityContext: object,
  containerSecurityContext: object,
  nodeSelector: texts,
  tolerations: z.array(object),
  affinity: object,
  priorityClassName: z.string(),
  podAnnotations: texts,
  podLabels: texts,
  extraEnv: z.array(object),
  extraVolumes: z.array(object),
  extraVolumeMounts: z.array(object),
  serviceAccount: z.strictObject({ annotations: texts }),
};
/** Those that can have more than one pod. */
const deployment = {
  replicaCount: replicas,
  podDisruptionBudget: budget,
  topologySpreadConstraints: z.array(object),
  ...pod,
};
/** The name of a cert-manager issuer, and its kind where it is no Issuer of this namespace. */
const issuer = z.strictObject({ name: z.string().min(1), kind: z.string(), group: z.string() }).partial();
const certificate = (role: typeof webhook | typeof frontend) =>
  z.strictObject({
    mode: z.enum(['self', 'certManager', 'provided']),
    validDays: role.shape.certificate.unwrap().shape.validDays,
    secretName: z.string(),
    issuerRef: issuer,
  });
/** Before what is added to it: a name of a Service has 63 characters at most. */
const ownName = z.string().regex(/^([a-z]([-a-z0-9]{0,38}[a-z0-9])?)?$/);

const valuesSchema = z.strictObject({
  nameOverride: z.string().regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/),
  fullnameOverride: ownName,
  namespaceOverride: z.string().regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/),
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
  rbac: z.strictObject({ create: z.boolean(), aggregateToDefaultRoles: z.boolean() }),
  policy: policyFileSchema,
  logging: z.strictObject({ level: controller.shape.logLevel }),
  metrics: z.strictObject({
    port: controller.shape.metrics.unwrap().shape.port,
    serviceMonitor: z.strictObject({
      enabled: z.boolean(),
      renderMode: z.enum(['skipIfMissing', 'failIfMissing', 'alwaysRender']),
      interval: z.string().regex(/^[1-9][0-9]*(ms|s|m|h)$/),
      labels: texts,
    }),
  }),
  networkPolicy: z.strictObject({ enabled: z.boolean() }),
  controller: z.strictObject({
    docker: z.strictObject({
      socketPath: z.string().regex(/^\/.+\/[^/]+$/),
      apiVersion: controller.shape.docker.unwrap().shape.apiVersion,
    }),
    port: controller.shape.nodeApi.unwrap().shape.port,
    stateDir: z.string().regex(/^\/.+/),
    sweepIntervalSeconds: controller.shape.sweepIntervalSeconds,
    concurrency: controller.shape.concurrency,
    ...pod,
  }),
  placement: z.strictObject(deployment),
  webhook: z.strictObject({
    port: webhook.shape.port,
    certificate: certificate(webhook),
    drainSeconds: webhook.shape.drainSeconds,
    ...deployment,
  }),
  frontend: z.strictObject({
    enabled: z.boolean(),
    port: frontend.shape.port,
    certificate: certificate(frontend),
    drainSeconds: frontend.shape.drainSeconds,
    tools: frontend.shape.tools,
    allowedHosts: frontend.shape.allowedHosts,
    allowedOrigins: frontend.shape.allowedOrigins,
    ...deployment,
  }),
  tests: z.strictObject({ enabled: z.boolean() }),
  extraObjects: z.array(object),
});

/** As far as anybody here looks into it. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

export const valuesJsonSchema = (): JsonSchema =>
  valuesSchema.toJSONSchema({ io: 'input', target: 'draft-7' }) as JsonSchema; // JSON Schema

export const valuesSchemaText = (): string => `${JSON.stringify(valuesJsonSchema(), null, 2)}\n`;
