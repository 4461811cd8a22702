// The order of test files. Integration: those that wait longest begin first, or the last of them would run alone at the end; vitest knows
// how long a file took only from a cache, which a fresh clone does not have. Cluster: one life of the cluster that all of them share.

import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONGEST = [
  'lifetime/lifetime',
  'e2e/recovery',
  'roles/outage',
  'roles/roles',
  'corpus/corpus',
  'scale/counts',
  'scale/restart',
  'scale/soak',
  'placement/node-loss',
  'engine-faults/hang',
  'e2e/exec-survives',
  'docker/container-access',
  'embedded/control-plane',
  'placement/drain',
  'placement/parallel-creates',
  'docker/runtimes',
  'engine-faults/two-controllers',
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
