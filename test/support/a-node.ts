// An McpNode with a working engine, to start from: a test changes the one thing it is about.

import type { McpNode, NodeSpec, NodeStatus } from '../../src/model/node.ts';

export const ENGINE: NonNullable<NodeStatus['engine']> = {
  version: '28.5.2',
  apiVersion: '1.51',
  cgroupVersion: '2',
  storageDriver: 'overlay2',
  runtimes: ['runc'],
  appArmor: true,
  seccomp: true,
  userNamespaces: false,
  rootless: false,
};

export const dockerReady = (status: 'True' | 'False', message = '') => ({
  type: 'DockerReady',
  status,
  reason: 'Answering',
  message,
  lastTransitionTime: '2026-11-20T12:00:00Z',
});

export interface NodeChange {
  readonly spec?: Partial<NodeSpec>;
  readonly status?: NodeStatus;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Two slots, two cores, 4Gi. `status` is changed field by field. */
export function aNode(name: string, change: NodeChange = {}): McpNode {
  return {
    name,
    uid: name,
    resourceVersion: '1',
    generation: 1,
    labels: change.labels ?? {},
    spec: { unschedulable: false, ...change.spec },
    status: {
      conditions: [dockerReady('True')],
      capacity: { slots: 2, cpu: '2', memory: '4Gi' },
      engine: ENGINE,
      ...change.status,
    },
  };
}
