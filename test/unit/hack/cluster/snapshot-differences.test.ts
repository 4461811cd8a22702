import { expect, test } from 'vitest';

import { differences, type Snapshot } from '../../../../hack/cluster/snapshot/differences.ts';

const empty: Snapshot = {
  links: [],
  addresses: [],
  routes: [],
  rules: [],
  packetFilters: [],
  mounts: [],
  cgroups: [],
  kernelSettings: [],
  directories: [],
  networkNamespaces: [],
  processes: [],
};

test('says nothing of two snapshots with the same lines in another order', () => {
  expect(differences({ ...empty, links: ['lo', 'eth0'] }, { ...empty, links: ['eth0', 'lo'] })).toEqual([]);
});

test('names the part, what came and what went', () => {
  const before = { ...empty, kernelSettings: ['kernel/panic = 0'], routes: ['default via 192.0.2.1'] };
  const after = { ...empty, kernelSettings: ['kernel/panic = 10'], routes: ['default via 192.0.2.1', '10.96.0.0/16'] };
  expect(differences(before, after)).toEqual([
    'routes: + 10.96.0.0/16',
    'kernelSettings: + kernel/panic = 10',
    'kernelSettings: - kernel/panic = 0',
  ]);
});
