// Settings of the roles that run as processes of their own: what their files may say, with every default. One file for each role,
// from a ConfigMap; what differs from pod to pod comes by the environment (role-environment.ts).

import { z } from 'zod';
import { parseIpAddress } from '../lib/ip-address.ts';
import { ENGINE_API_VERSIONS } from '../model/engine-api.ts';
import { LOG_LEVELS } from '../model/log-level.ts';
import { TOOL_NAMES } from '../model/tool-names.ts';

export const ROLES = ['controller', 'placement', 'webhook', 'frontend'] as const;
export type RoleName = (typeof ROLES)[number];

const port = (byDefault: number) => z.int().min(1).max(65_535).default(byDefault);
const address = z.string().refine((text) => parseIpAddress(text) !== null, 'must be an IP address, "0.0.0.0" for all');
const path = z.string().refine((text) => text.startsWith('/') && !text.includes('\0'), 'must be an absolute path');
const dnsName = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, `must be ${what}: lower-case letters, digits, "-" and "."`);
const seconds = (bounds: { readonly least: number; readonly most: number; readonly byDefault: number }) =>
  z.number().min(bounds.least).max(bounds.most).default(bounds.byDefault);

/** What every role is told. */
const common = {
  logLevel: z.enum(LOG_LEVELS).default('info'),
  /** null: every key of the policy at its default. */
  policyFile: path.nullable().default(null),
  /** Probes and metrics, by plain HTTP: nothing there tells of sessions. */
  metrics: z.strictObject({ address: address.default('0.0.0.0'), port: port(9464) }).prefault({}),
  /** Where a pod finds the token and the authority of its ServiceAccount. */
  serviceAccountDir: path.default('/var/run/secrets/kubernetes.io/serviceaccount'),
};

/** What serves behind a Service goes on for so long after a stop was asked for: the endpoint is still in use meanwhile. */
const drainSeconds = seconds({ least: 0, most: 20, byDefault: 5 });

const listener = (byDefault: { readonly port: number; readonly serviceName: string; readonly validDays: number }) => ({
  address: address.default('0.0.0.0'),
  port: port(byDefault.port),
  /** Service before this role; its DNS names are those of the certificate. */
  serviceName: dnsName('the name of a Service').default(byDefault.serviceName),
  certificate: z
    .strictObject({
      validDays: z.int().min(1).max(3650).default(byDefault.validDays),
      /** Where others put tls.crt, tls.key and ca.crt; null: the program makes its own. */
      directory: path.nullable().default(null),
    })
    .prefault({}),
  drainSeconds,
});

export const ROLE_SCHEMAS = {
  controller: z.strictObject({
    ...common,
    docker: z
      .strictObject({
        socketPath: path.default('/var/run/docker.sock'),
        apiVersion: z.enum(['auto', ...ENGINE_API_VERSIONS]).default('auto'),
      })
      .prefault({}),
    /** HTTPS, on the address of the pod, for the front end. */
    nodeApi: z.strictObject({ port: port(8444) }).prefault({}),
    /** On the node itself, so that the next pod goes on with it. */
    stateDir: path.default('/var/lib/mcpsession'),
    sweepIntervalSeconds: seconds({ least: 5, most: 3600, byDefault: 30 }),
    /** Starts at a time; null: two for each core. */
    concurrency: z.int().min(1).max(256).nullable().default(null),
  }),
  placement: z.strictObject(common),
  webhook: z.strictObject({
    ...common,
    ...listener({ port: 9443, serviceName: 'mcpsession-webhook', validDays: 90 }),
  }),
  frontend: z.strictObject({
    ...common,
    ...listener({ port: 8443, serviceName: 'mcpsession-frontend', validDays: 365 }),
    /** Of MCP over HTTP. "*": all; empty: none. */
    tools: z
      .array(z.enum(['*', ...TOOL_NAMES]))
      .max(TOOL_NAMES.length + 1)
      .default(['*']),
    /** Names beside those of the Service by which clients may address it. */
    allowedHosts: z.array(dnsName('a host name')).max(64).default([]),
    /** Of web pages that may call. */
    allowedOrigins: z
      .array(z.string().regex(/^https?:\/\/[^/\s]+$/, 'must be an origin, as "https://console.example"'))
      .max(64)
      .default([]),
    /** Projected token of audience mcpsession-node, for the node APIs. */
    nodeTokenFile: path.default('/var/run/secrets/mcpsession/node-token'),
  }),
} as const satisfies Record<RoleName, z.ZodObject>;

export type RoleSettings = { readonly [Role in RoleName]: z.output<(typeof ROLE_SCHEMAS)[Role]> };
