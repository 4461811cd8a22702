// The order of test files: those that wait longest begin first, or the last of them would run alone at the end. vitest knows how long a
// file took only from a cache, which a fresh clone does not have.

import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONGEST = [
  'lifetime/lifetime',
  'e2e/recovery',
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

/** Lower comes first. */
function rankOf({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((part) => moduleId.endsWith(`test/integration/${part}.test.ts`));
  return at < 0 ? LONGEST.length : at;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((left, right) => rankOf(left) - rankOf(right));
  }
}
