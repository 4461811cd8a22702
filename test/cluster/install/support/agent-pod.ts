// A pod with an MCP client and a ServiceAccount of its own, as an agent of the cluster would be: no kubeconfig, no administrator's right.

import { build } from 'esbuild';
import { inject } from 'vitest';

import { FRONTEND_AUDIENCE } from '../../../../src/model/names.ts';
import { apply, kubectl } from '../../support/cluster-command.ts';
import { NODE_PROGRAM } from '../../support/node-pod.ts';
import type { AgentCall, AgentResult } from './agent-calls.ts';
import { PATIENCE } from './sessions.ts';

export interface AgentPod {
  readonly namespace: string;
  /** Of the pod, and of its ServiceAccount. */
  readonly name: string;
}

const PROGRAM = new URL('agent-program.ts', import.meta.url).pathname;
const CONFIG_MAP = 'agent-program';

/** Ready when it returns. It may do what examples/rbac/agent.yaml lets an agent do, in its own namespace. */
export async function startAgent({ namespace, name }: AgentPod): Promise<void> {
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
  for (const right of ['edit', 'exec']) await apply(binding({ namespace, name }, right));
  await apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CONFIG_MAP, namespace },
    data: { 'agent.mjs': await bundle() },
  });
  const token = { audience: FRONTEND_AUDIENCE, expirationSeconds: 3600, path: 'token' };
  const container = {
    name: 'main',
    ...NODE_PROGRAM,
    image: inject('operatorImage'),
    args: ['-e', 'setInterval(() => {}, 1e6); process.on("SIGTERM", () => process.exit())'],
    volumeMounts: [
      { name: 'program', mountPath: '/program' },
      { name: 'token', mountPath: '/var/run/secrets/mcpsession' },
    ],
  };
  const volumes = [
    { name: 'program', configMap: { name: CONFIG_MAP } },
    { name: 'token', projected: { sources: [{ serviceAccountToken: token }] } },
  ];
  const spec = { serviceAccountName: name, containers: [container], volumes };
  await apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec });
  await kubectl('wait', '-n', namespace, `pod/${name}`, '--for=condition=Ready', PATIENCE);
}

/** The results of its calls, in their order. */
export async function ask(
  { namespace, name }: AgentPod,
  ...calls: readonly AgentCall[]
): Promise<readonly AgentResult[]> {
  const program = ['/nodejs/bin/node', '/program/agent.mjs', JSON.stringify(calls)];
  return JSON.parse(await kubectl('exec', '-n', namespace, name, '--', ...program)) as readonly AgentResult[]; // agent-program.ts wrote it
}

/** The result of its only call. */
export async function askOnce(agent: AgentPod, tool: string, args: AgentCall['args']): Promise<AgentResult> {
  const [result] = await ask(agent, { tool, args });
  if (result === undefined) throw new Error(`no result of ${tool}`);
  return result;
}

function binding({ namespace, name }: AgentPod, right: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${name}-${right}`, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `mcpsession-${right}` },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
}

/** Small enough for a ConfigMap. */
async function bundle(): Promise<string> {
  const target = { platform: 'node', target: 'node24', format: 'esm' } as const;
  const { outputFiles } = await build({ entryPoints: [PROGRAM], bundle: true, minify: true, write: false, ...target });
  return outputFiles[0]?.text ?? '';
}
