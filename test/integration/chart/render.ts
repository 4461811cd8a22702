// The chart as Helm renders it, as objects.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ensureHelm } from '../../../hack/helm.ts';
import type { RoleName } from '../../../src/config/role-settings.ts';

export const CHART = join(import.meta.dirname, '../../../charts/mcp-session-operator');
export const NAMESPACE = 'mcps-ops';

export type Labels = Readonly<Record<string, string>>;

/** An object, with the fields that the tests look into; which of them are there depends on its kind. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec: Spec;
  /** Of a ConfigMap. */
  readonly data: Labels;
  /** Of a Role, and of its binding. */
  readonly rules?: unknown;
  readonly subjects?: unknown;
  readonly webhooks: readonly { readonly clientConfig: unknown }[];
}

interface Spec {
  readonly replicas: number;
  readonly minAvailable: number;
  readonly selector: { readonly matchLabels: Labels };
  readonly podSelector: { readonly matchLabels: Labels };
  readonly policyTypes?: readonly string[];
  readonly template: {
    readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
    readonly spec: Pod;
  };
  readonly ingress: readonly {
    readonly ports: unknown;
    readonly from?: readonly { readonly podSelector: { readonly matchLabels: Labels } }[];
  }[];
}

export interface Pod {
  readonly serviceAccountName: string;
  readonly restartPolicy?: string;
  readonly securityContext: { readonly runAsUser: number; readonly seccompProfile: unknown };
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly hostPath?: unknown }[];
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly tolerations?: unknown;
  readonly nodeSelector?: Labels;
  readonly topologySpreadConstraints: readonly { readonly topologyKey: string }[];
}

export interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly valueFrom: { readonly fieldRef: { readonly fieldPath: string } };
  }[];
  readonly securityContext: unknown;
  readonly resources: { readonly limits: Labels; readonly requests: Labels };
  readonly livenessProbe: { readonly httpGet: unknown };
  readonly readinessProbe: { readonly httpGet: unknown };
  readonly volumeMounts: readonly { readonly name: string }[];
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function helm(...args: readonly string[]): Promise<Ran> {
  const program = await ensureHelm({ environment: process.env, log: () => {} });
  return new Promise((resolve) => {
    const child = execFile(program, [...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (child.exitCode ?? 1), stdout, stderr }),
    );
  });
}

const templateArgs = (values: object): readonly string[] => [
  'template',
  'mcpsession',
  CHART,
  '--namespace',
  NAMESPACE,
  '--set-json',
  `extraObjects=[]`,
  ...Object.entries(values).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]),
];

/** `values` by their paths; `more` are flags of helm. */
export async function templateText(values: object = {}, ...more: readonly string[]): Promise<string> {
  const ran = await helm(...templateArgs(values), ...more);
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}

export async function template(values: object = {}, ...more: readonly string[]): Promise<readonly Rendered[]> {
  const documents = parseAllDocuments(await templateText(values, ...more), { version: '1.1' });
  return documents.map((document) => document.toJS() as Rendered | null).filter((object) => object !== null); // objects, or empty
}

/** Without what only `helm test` makes. */
export const installed = (objects: readonly Rendered[]): readonly Rendered[] =>
  objects.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined);

/** What Helm says when it refuses. */
export async function refusal(values: object): Promise<string> {
  const ran = await helm(...templateArgs(values));
  if (ran.code === 0) throw new Error('it was rendered');
  return ran.stderr;
}

export function one(objects: readonly Rendered[], kind: string, name: string): Rendered {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} objects ${kind}/${name}`);
  return found[0];
}

/** The DaemonSet or Deployment of a role, under the names of a release without overrides. */
export const workloadOf = (objects: readonly Rendered[], role: RoleName): Rendered =>
  one(objects, role === 'controller' ? 'DaemonSet' : 'Deployment', `mcpsession-${role}`);

export const podOf = (objects: readonly Rendered[], role: RoleName): Pod =>
  workloadOf(objects, role).spec.template.spec;

export function containerOf(objects: readonly Rendered[], role: RoleName): Container {
  const [container, ...more] = podOf(objects, role).containers;
  if (container === undefined || more.length > 0) throw new Error(`${role} has not one container`);
  return container;
}
