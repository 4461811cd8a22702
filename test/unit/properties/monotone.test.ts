// Who asks for less gets no more, and who is allowed more may do no less (security.md 11 "property tests" c). And its metamorphic
// rule: what only looks like a refused path is accepted.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../../src/model/container.ts';
import { policySchema } from '../../../src/model/policy.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { hostPathMeaning } from '../../corpus/hostile/host-paths.ts';
import { anySpecInput } from '../../support/any-spec.ts';
import { PINNED_IMAGE } from '../../support/session-builder.ts';
import { containerOf, isAccepted } from '../../support/verdicts.ts';

const SLOW_MS = 60_000;

type Amounts = Readonly<Record<string, number>>;

const each = (choose: (left: number, right: number) => number, left: Amounts, right: Amounts): Amounts =>
  Object.fromEntries(Object.entries(left).map(([key, value]) => [key, choose(value, right[key] ?? value)]));

const limitsOf = ({ nanoCpus, memoryBytes, pidsLimit, ulimits, tmpfs, command }: ContainerSpec): readonly number[] => [
  ...[nanoCpus, memoryBytes, pidsLimit],
  ...ulimits.map(({ hard }) => hard),
  ...tmpfs.map(({ sizeBytes }) => sizeBytes),
  Number(command[command.indexOf('--spool-bytes') + 1]),
];

describe('security.md 11 (c): limits are monotone', () => {
  const amounts = fc.record({
    cpu: fc.integer({ min: 50, max: 4000 }),
    memory: fc.integer({ min: 128, max: 2048 }),
    pids: fc.integer({ min: 10, max: 512 }),
    cpuTimeSeconds: fc.integer({ min: 1, max: 3600 }),
    openFiles: fc.integer({ min: 16, max: 65_536 }),
    workspace: fc.integer({ min: 1, max: 24 }),
  });
  const asking = ({ cpu, memory, workspace, ...counts }: Readonly<Record<string, number>>): SessionSpecInput => ({
    image: PINNED_IMAGE,
    resources: { cpu: `${cpu}m`, memory: `${memory}Mi`, ...counts },
    workspace: { sizeLimit: `${workspace}Mi` },
    tmpfs: [],
  });

  test('who asks for no more of anything gets no more of anything', { timeout: SLOW_MS }, () => {
    fc.assert(
      fc.property(amounts, amounts, (left, right) => {
        const least = each(Math.min, left, right);
        const less = limitsOf(containerOf(asking(least)) ?? expect.unreachable('no container'));
        const more = limitsOf(containerOf(asking(left)) ?? expect.unreachable('no container'));
        expect(less.map((limit, index) => limit <= (more[index] ?? 0))).toEqual(less.map(() => true));
      }),
      { numRuns: 100 },
    );
  });

  test('what a strict policy accepts, a wider one accepts too', { timeout: SLOW_MS }, () => {
    const limits = fc.record({
      maxTtlSeconds: fc.integer({ min: 60, max: 28_800 }),
      maxIdleTimeoutSeconds: fc.integer({ min: 60, max: 28_800 }),
      maxPids: fc.integer({ min: 50, max: 512 }),
      maxCpuTimeSeconds: fc.integer({ min: 60, max: 3600 }),
      maxOpenFiles: fc.integer({ min: 1024, max: 65_536 }),
    });
    fc.assert(
      fc.property(anySpecInput, limits, limits, (input, left, right) => {
        const wide = each(Math.max, left, right);
        if (!isAccepted(input, policySchema.parse({ limits: left }))) return;
        expect(isAccepted(input, policySchema.parse({ limits: wide }))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

describe('security.md 11, metamorphic: a refused path is accepted once it only looks like one', () => {
  const plain = hostPathMeaning.flatMap(({ spec }) => {
    const [mount, ...more] = (spec['mounts'] ?? []) as readonly {
      readonly hostPath: string;
      readonly readOnly?: boolean;
    }[];
    return mount === undefined || more.length > 0 || mount.readOnly === false ? [] : [mount.hostPath];
  });

  test('as the value of a variable', () => {
    const refused = plain.filter((path) => !isAccepted({ image: PINNED_IMAGE, env: [{ name: 'A', value: path }] }));
    expect(plain.length).toBeGreaterThan(60);
    expect(refused).toEqual([]);
  });

  test('as the name of a directory that begins with it, at the top', () => {
    const tops = plain.filter((path) => /^\/[a-z0-9]+$/.test(path));
    const refused = tops.filter(
      (path) => !isAccepted({ image: PINNED_IMAGE, mounts: [{ hostPath: `${path}-data`, target: '/data' }] }),
    );
    expect(tops.length).toBeGreaterThan(10);
    expect(refused).toEqual([]);
  });

  test('as a part of an ordinary directory', () => {
    const tops = plain.filter((path) => /^\/[a-z0-9]+$/.test(path));
    const refused = tops.filter(
      (path) => !isAccepted({ image: PINNED_IMAGE, mounts: [{ hostPath: `/srv${path}`, target: '/data' }] }),
    );
    expect(refused).toEqual([]);
  });
});
