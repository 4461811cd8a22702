import { expect, test } from 'vitest';

import type { McpNode } from '../../../src/model/node.ts';
import { diskObstacle } from '../../../src/plan/disk-obstacle.ts';
import { aPolicy } from '../../support/judgement.ts';
import { aSessionSpec } from '../../support/session-builder.ts';

const onDisk = { workspace: { medium: 'Disk' as const } };
const engine = {
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
const aNode = (change: { diskQuota?: boolean; userNamespaces?: boolean }): McpNode => ({
  name: 'a',
  uid: 'u',
  resourceVersion: '1',
  generation: 1,
  labels: {},
  spec: { unschedulable: false },
  status: { engine: { ...engine, ...change } },
});
const NO_QUOTA =
  'enforces no disk quota, which spec.workspace.medium Disk needs (policy workspace.unboundedDisk is false)';

test.each([
  { name: 'memory needs nothing', spec: {}, node: {}, policy: {}, want: null },
  { name: 'a node without a quota', spec: onDisk, node: {}, policy: {}, want: NO_QUOTA },
  { name: 'a node with a quota', spec: onDisk, node: { diskQuota: true }, policy: {}, want: null },
  {
    name: 'a quota that the session could leave by an ioctl, under the profile of the engine',
    spec: { ...onDisk, security: { seccompProfile: 'EngineDefault' as const } },
    node: { diskQuota: true },
    policy: {},
    want: NO_QUOTA,
  },
  {
    name: 'the same with mapped users, whom the kernel refuses that',
    spec: { ...onDisk, security: { seccompProfile: 'EngineDefault' as const } },
    node: { diskQuota: true, userNamespaces: true },
    policy: {},
    want: null,
  },
  {
    name: 'disk without a bound where policy allows it',
    spec: onDisk,
    node: {},
    policy: { workspace: { unboundedDisk: true } },
    want: null,
  },
  {
    name: 'a plugin that policy names, which only the engine knows to have',
    spec: onDisk,
    node: {},
    policy: { workspace: { volumePlugin: 'acme' } },
    want: null,
  },
])('$name', ({ spec, node, policy, want }) => {
  expect(diskObstacle(aNode(node), aSessionSpec(spec), aPolicy(policy))).toBe(want);
});
