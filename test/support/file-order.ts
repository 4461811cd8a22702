// The order of test files. Integration: the longest ones begin first, or the last of them would run alone at the end, and those that wait
// alternate with those that work, so that beside one another they use the machine; vitest knows
// how long a file took only from a cache, which a fresh clone does not have. Cluster: one life of the cluster that all of them share.

import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONGEST = [
  'lifetime/lifetime',
  'corpus/corpus',
  'scale/counts',
  'e2e/recovery',
  'roles/outage',
  'corpus/encodings',
  'placement/node-loss',
  'e2e/cli',
  'roles/roles',
  'scale/soak',
  'engine-faults/two-controllers',
  'scale/restart',
  'placement/parallel-creates',
  'docker/session-init',
  'embedded/control-plane',
  'docker/container-access',
  'roles/renamed',
  'placement/drain',
  'e2e/quotas',
  'engine-faults/hang',
  'e2e/exec-survives',
  'engine-faults/out-of-memory',
  'chart/installed',
  'image/contents',
  'roles/faults',
  'docker/session-init-endurance',
  'webhook/hostile-connections',
  'engine-faults/restart',
  'docker/runtimes',
];

/** The first wants empty engines, the last takes the cluster away; any other may run alone. */
const CLUSTER = [
  'two-nodes',
  'install/install',
  'install/locked-down',
  'install/examples',
  'install/denials',
  'install/mcp-from-a-pod',
  'install/from-outside',
  'install/webhook-outages',
  'install/controllers',
  'install/engine-away',
  'install/changed-release',
  'install/upgrade-and-drain',
  'install/uninstall',
  'leaves-nothing',
];
const ORDER = [
  ...LONGEST.map((name) => `test/integration/${name}.test.ts`),
  ...CLUSTER.map((name) => `test/cluster/${name}.test.ts`),
];

/** Lower comes first. */
function rankOf({ moduleId }: TestSpecification): number {
  const at = ORDER.findIndex((path) => moduleId.endsWith(path));
  return at < 0 ? LONGEST.length : at;
}

export class FileOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((left, right) => rankOf(left) - rankOf(right));
  }
}
