import { describe, expect, test } from 'vitest';
import type { SessionSpec } from '../../../../src/model/session-spec.ts';
import type { Rule } from '../../../../src/rules/rule.ts';
import { cpuLimit } from '../../../../src/rules/session/cpu-limit.ts';
import { idleTimeout } from '../../../../src/rules/session/idle-timeout.ts';
import { memoryDirectories } from '../../../../src/rules/session/memory-directories.ts';
import { memoryLimit } from '../../../../src/rules/session/memory-limit.ts';
import { processLimit } from '../../../../src/rules/session/process-limit.ts';
import { processResources } from '../../../../src/rules/session/process-resources.ts';
import { timeToLive } from '../../../../src/rules/session/time-to-live.ts';
import { workspaceMedium } from '../../../../src/rules/session/workspace-medium.ts';
import type { SessionSubject } from '../../../../src/rules/session-subject.ts';
import { refusals } from '../../../support/judgement.ts';
import { aSession } from '../../../support/session-builder.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

const maximum = 'the maximum of profile "sandbox"';

testSessionRules({
  refused: [
    {
      name: 'a time to live above that of policy',
      rule: timeToLive,
      given: { lifetime: { ttlSeconds: 43_200 } },
      want: [
        `spec.lifetime.ttlSeconds: Invalid value: 43200: [MCPS-401] above 28800, ${maximum}; fix: set ttlSeconds <= 28800`,
      ],
    },
    {
      name: 'an idle timeout above that of policy',
      rule: idleTimeout,
      given: { lifetime: { idleTimeoutSeconds: 28_801 } },
      want: [
        `spec.lifetime.idleTimeoutSeconds: Invalid value: 28801: [MCPS-402] above 28800, ${maximum}; fix: set idleTimeoutSeconds <= 28800`,
      ],
    },
    {
      name: 'more cores than policy allows',
      rule: cpuLimit,
      given: { resources: { cpu: '4.000000001' } },
      want: [`spec.resources.cpu: Invalid value: 4.000000001: [MCPS-403] above 4, ${maximum}; fix: set cpu <= 4`],
    },
    {
      name: 'no core, which the engine takes as all',
      rule: cpuLimit,
      given: { resources: { cpu: '0' } },
      want: [
        'spec.resources.cpu: Invalid value: 0: [MCPS-403] below 50m, the least that a container can work with; fix: set cpu >= 50m',
      ],
    },
    {
      name: 'more memory than policy allows',
      rule: memoryLimit,
      given: { resources: { memory: '2049Mi' } },
      want: [`spec.resources.memory: Invalid value: 2049Mi: [MCPS-404] above 2Gi, ${maximum}; fix: set memory <= 2Gi`],
    },
    {
      name: 'less memory than policy allows',
      rule: memoryLimit,
      given: { resources: { memory: '0' } },
      want: [
        'spec.resources.memory: Invalid value: 0: [MCPS-404] below 64Mi, the minimum of profile "sandbox"; fix: set memory >= 64Mi',
      ],
    },
    {
      name: 'more processes than policy allows',
      rule: processLimit,
      given: { resources: { pids: 513 } },
      want: [`spec.resources.pids: Invalid value: 513: [MCPS-405] above 512, ${maximum}; fix: set pids <= 512`],
    },
    {
      name: 'fewer processes than a shell needs',
      rule: processLimit,
      given: { resources: { pids: 9 } },
      want: [
        'spec.resources.pids: Invalid value: 9: [MCPS-405] below 10, the least that a shell with a command needs; fix: set pids >= 10',
      ],
    },
    {
      name: 'more CPU time and open files than policy allows',
      rule: processResources,
      given: { resources: { cpuTimeSeconds: 3601, openFiles: 65_537 } },
      want: [
        `spec.resources.cpuTimeSeconds: Invalid value: 3601: [MCPS-406] above 3600, ${maximum}; fix: set cpuTimeSeconds <= 3600`,
        `spec.resources.openFiles: Invalid value: 65537: [MCPS-406] above 65536, ${maximum}; fix: set openFiles <= 65536`,
      ],
    },
    {
      name: 'directories in memory: no size, above policy, above the memory limit',
      rule: memoryDirectories,
      given: {
        workspace: { sizeLimit: '0' },
        tmpfs: [
          { path: '/a', sizeLimit: '1025Mi' },
          { path: '/b', sizeLimit: '513Mi' },
        ],
      },
      want: [
        'spec.workspace.sizeLimit: Invalid value: 0: [MCPS-407] below 1, since a size of zero means no limit to the kernel; fix: set sizeLimit >= 1',
        `spec.tmpfs[0].sizeLimit: Invalid value: 1025Mi: [MCPS-407] above 1Gi, ${maximum}; fix: set sizeLimit <= 1Gi`,
        'spec.tmpfs[1].sizeLimit: Invalid value: 513Mi: [MCPS-407] above spec.resources.memory (512Mi), which its content counts against; fix: set sizeLimit <= 512Mi, or raise memory',
      ],
    },
    {
      name: 'a workspace in memory that persists',
      rule: workspaceMedium,
      given: { workspace: { persistent: true } },
      want: [
        'spec.workspace.persistent: Invalid value: true: [MCPS-408] a workspace in memory ends with its container, and spec.workspace.medium is "Memory"; fix: set medium: Disk, or delete persistent',
      ],
    },
    {
      name: 'a workspace on disk above the maximum',
      rule: workspaceMedium,
      given: { workspace: { medium: 'Disk', sizeLimit: '11Gi' } },
      want: [
        'spec.workspace.sizeLimit: Invalid value: 11Gi: [MCPS-408] above 10Gi, the maximum of profile "sandbox"; fix: set sizeLimit <= 10Gi',
      ],
    },
    {
      name: 'a workspace on disk without a bound',
      rule: workspaceMedium,
      given: { workspace: { medium: 'Disk', sizeLimit: '0' } },
      want: [
        'spec.workspace.sizeLimit: Invalid value: 0: [MCPS-408] below 1Mi, the least that a volume is bounded to; fix: set sizeLimit >= 1Mi',
      ],
    },
  ],
  accepted: [
    {
      name: 'a workspace on disk that persists, whatever memory there is',
      rule: workspaceMedium,
      given: { workspace: { medium: 'Disk', persistent: true, sizeLimit: '10Gi' } },
    },
    {
      name: 'a workspace on disk above the memory limit',
      rule: memoryDirectories,
      given: { workspace: { medium: 'Disk', sizeLimit: '10Gi' } },
    },
    { name: 'a time to live at the maximum', rule: timeToLive, given: { lifetime: { ttlSeconds: 28_800 } } },
    {
      name: 'no idle limit, since ttlSeconds bounds',
      rule: idleTimeout,
      given: { lifetime: { idleTimeoutSeconds: 0 } },
    },
    { name: 'a core count at the maximum', rule: cpuLimit, given: { resources: { cpu: '4000m' } } },
    { name: 'a core count at the minimum', rule: cpuLimit, given: { resources: { cpu: '0.05' } } },
    { name: 'S4.CFG.02: memory at the maximum', rule: memoryLimit, given: { resources: { memory: '2Gi' } } },
    { name: 'S4.CFG.02: half a core', rule: cpuLimit, given: { resources: { cpu: '0.5' } } },
    { name: 'processes at both ends', rule: processLimit, given: { resources: { pids: 512 } } },
    { name: 'the default CPU time and open files', rule: processResources, given: {} },
    { name: 'sizes up to the memory limit', rule: memoryDirectories, given: { workspace: { sizeLimit: '512Mi' } } },
    { name: 'a workspace in memory', rule: workspaceMedium, given: {} },
    {
      name: 'more where policy allows more',
      rule: memoryLimit,
      given: { resources: { memory: '16Gi' } },
      policy: { limits: { maxMemory: '16Gi' } },
    },
  ],
});

/** The schema holds these off at every gate; an object that was stored by another release may have them all the same. */
describe('S1.THR.03: numbers below the least, which no engine may get to see', () => {
  const { spec } = aSession();
  const lifetime = (change: Partial<SessionSpec['lifetime']>) => ({ lifetime: { ...spec.lifetime, ...change } });
  const resources = (change: Partial<SessionSpec['resources']>) => ({ resources: { ...spec.resources, ...change } });

  test.each<{ rule: Rule<SessionSubject>; change: Partial<SessionSpec>; want: string }>([
    {
      rule: timeToLive,
      change: lifetime({ ttlSeconds: 0 }),
      want: 'spec.lifetime.ttlSeconds: Invalid value: 0: [MCPS-401] below 1: it would end before it begins; fix: set ttlSeconds >= 1 (mcpsession.dev/r/401)',
    },
    {
      rule: timeToLive,
      change: lifetime({ ttlSeconds: -1 }),
      want: 'spec.lifetime.ttlSeconds: Invalid value: -1: [MCPS-401] below 1: it would end before it begins; fix: set ttlSeconds >= 1 (mcpsession.dev/r/401)',
    },
    {
      rule: idleTimeout,
      change: lifetime({ idleTimeoutSeconds: -1 }),
      want: 'spec.lifetime.idleTimeoutSeconds: Invalid value: -1: [MCPS-402] below 0; fix: set 0 for no idle limit (mcpsession.dev/r/402)',
    },
    {
      rule: processLimit,
      change: resources({ pids: -1 }),
      want: 'spec.resources.pids: Invalid value: -1: [MCPS-405] below 10, the least that a shell with a command needs; fix: set pids >= 10 (mcpsession.dev/r/405)',
    },
    {
      rule: processResources,
      change: resources({ cpuTimeSeconds: -1 }),
      want: 'spec.resources.cpuTimeSeconds: Invalid value: -1: [MCPS-406] below 1, the least that a process needs; fix: set cpuTimeSeconds >= 1 (mcpsession.dev/r/406)',
    },
    {
      rule: processResources,
      change: resources({ openFiles: 0 }),
      want: 'spec.resources.openFiles: Invalid value: 0: [MCPS-406] below 16, the least that a process needs; fix: set openFiles >= 16 (mcpsession.dev/r/406)',
    },
  ])('$rule.id: $want', ({ rule, change, want }) => {
    expect(refusals(rule, { ...aSession(), spec: { ...spec, ...change } })).toEqual([want]);
  });

  test.each([Number.NaN, Infinity, -Infinity])('%s is no number of anything', (value) => {
    const rules = [timeToLive, idleTimeout, processLimit, processResources];
    const subject = {
      ...aSession(),
      spec: {
        ...spec,
        ...lifetime({ ttlSeconds: value, idleTimeoutSeconds: value }),
        ...resources({ pids: value, cpuTimeSeconds: value, openFiles: value }),
      },
    };
    expect(rules.map((rule) => refusals(rule, subject).length)).toEqual([1, 1, 1, 2]);
  });
});
