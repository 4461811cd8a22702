// What is accepted becomes a container that the effect oracle accepts, for any spec (security.md 11 "property tests" d).

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { type LockedDownSpec, lockDown } from '../../../src/rules/lock-down.ts';
import { anySpecInput } from '../../support/any-spec.ts';
import { inspectedOf } from '../../support/oracle/from-create-request.ts';
import { judge } from '../../support/oracle/judge.ts';
import { containerOf, isAccepted } from '../../support/verdicts.ts';
import { PINNED_IMAGE } from '../../support/session-builder.ts';

const SLOW_MS = 60_000;

const differences = (spec: LockedDownSpec): readonly string[] =>
  judge({ inspected: inspectedOf(toCreateRequest(spec)), volumes: {}, process: null }).map(({ what }) => what);

test('whatever is accepted becomes a request in which the effect oracle finds no difference', {
  timeout: SLOW_MS,
}, () => {
  let made = 0;
  fc.assert(
    fc.property(anySpecInput, (input) => {
      if (!isAccepted(input)) return;
      const container = containerOf(input);
      if (container === null) return;
      made += 1;
      const locked = lockDown(container, defaultPolicy());
      expect(locked.ok ? differences(locked.value) : locked.error).toEqual([]);
    }),
    { numRuns: 1000 },
  );
  expect(made).toBeGreaterThan(50);
});

const tampered: readonly { readonly what: string; readonly change: Partial<ContainerSpec> }[] = [
  { what: 'HostConfig.Privileged', change: { privileged: true } },
  { what: 'HostConfig.CapAdd', change: { capabilitiesAdded: ['SYS_ADMIN'] } },
  { what: 'HostConfig.CapDrop', change: { capabilitiesDropped: [] } },
  { what: 'HostConfig.PidMode', change: { pidMode: 'host' } },
  { what: 'HostConfig.IpcMode', change: { ipcMode: 'host' } },
  { what: 'HostConfig.NetworkMode', change: { networkMode: 'host' } },
  { what: 'HostConfig.CgroupParent', change: { cgroupParent: '/' } },
  { what: 'HostConfig.ReadonlyRootfs', change: { readOnlyRootFilesystem: false } },
  { what: 'HostConfig.Memory', change: { memoryBytes: 0 } },
  { what: 'HostConfig.MemorySwap', change: { memorySwapBytes: -1 } },
  { what: 'HostConfig.PidsLimit', change: { pidsLimit: 0 } },
  { what: 'HostConfig.OomScoreAdj', change: { oomScoreAdj: -1000 } },
  { what: 'HostConfig.Ulimits', change: { ulimits: [] } },
  { what: 'HostConfig.Sysctls', change: { sysctls: { 'kernel.core_pattern': '|/x' } } },
  { what: 'HostConfig.GroupAdd', change: { groups: ['0'] } },
  { what: 'HostConfig.Runtime', change: { runtime: 'kata' } },
  { what: 'HostConfig.MaskedPaths', change: { maskedPaths: [] } },
  { what: 'HostConfig.ReadonlyPaths', change: { readonlyPaths: [] } },
  { what: 'HostConfig.LogConfig', change: { logDriver: 'syslog' } },
  { what: 'HostConfig.RestartPolicy', change: { restartPolicy: 'always' } },
  { what: 'HostConfig.Devices', change: { devices: ['/dev/sda:/dev/sda:rwm'] } },
  { what: 'Config.User', change: { user: '0:0' } },
  { what: 'Config.WorkingDir', change: { workingDir: '/proc/self/fd/8' } },
  { what: 'SecurityOpt.no-new-privileges', change: { noNewPrivileges: false } },
  { what: 'SecurityOpt.seccomp', change: { seccomp: 'Unconfined' } },
  { what: 'SecurityOpt.apparmor', change: { appArmor: 'Unconfined' } },
  {
    what: 'Tmpfs[/tmp]',
    change: { tmpfs: [{ path: '/tmp', sizeBytes: 0, options: ['exec', 'suid', 'dev'] }] },
  },
  {
    what: 'Mount[/d].Source',
    change: {
      mounts: [
        { type: 'bind', source: '/etc', target: '/d', readOnly: true, propagation: 'rprivate', recursive: false },
      ],
    },
  },
];

test.each(tampered)('the oracle sees $what of a request that no rule judged', ({ what, change }) => {
  const container = containerOf({ image: PINNED_IMAGE });
  const unjudged = { ...container, ...change } as LockedDownSpec; // what the brand is there to prevent
  expect(differences(unjudged)).toContain(what);
});
