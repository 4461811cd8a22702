// Our own seccomp profile on the real engine: that it is what containers get, and what the kernel answers under it. Each call is made
// three times: under the profile, under the same profile that kills instead, which shows that the filter itself refused it, and under
// none, which shows that the probe can tell the difference.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { SESSION_SECCOMP_JSON } from '../../../src/docker/seccomp/profile.ts';
import { CALLS_BY_ARGUMENT, GATES, numberHere } from '../../support/calls-by-argument.ts';
import { rawDocker, sessionImage } from '../../support/docker.ts';
import { ADDED_REFUSALS, REQUIRED_REFUSALS } from '../../support/refused-calls.ts';
import { type AccessWay, aCommand, createAccessRig, followAll, never } from './access-rig.ts';
import { createSyscallRig, type SyscallRig } from './syscall-rig.ts';

const EPERM = '1';
const ENOSYS = '38';
const SIGSYS = 'signal 31';
/** Refused as if the kernel did not have them: by name in the profile, or by runc because they are younger than its libseccomp. */
const MAYBE_ABSENT = ['clone3', 'io_uring_setup', 'io_uring_enter', 'io_uring_register', 'vmsplice'];
const YOUNGER_THAN_LIBSECCOMP_KNOWS = 443;

const NAMED = [...REQUIRED_REFUSALS, ...ADDED_REFUSALS].flatMap((call) => {
  const number = numberHere(call);
  return number === null ? [] : [{ ...call, number }];
});
const BY_ARGUMENT = CALLS_BY_ARGUMENT.flatMap((call) => {
  const number = numberHere(call);
  return number === null ? [] : [{ ...call, number, name: call.what.replaceAll(' ', '_') }];
});
const CALLS = [
  ...NAMED.map(({ name, number, args = [] }) => `${name}:${number}:${args.join(',')}`),
  ...BY_ARGUMENT.map(({ name, number, args }) => `${name}:${number}:${args.join(',')}`),
  ...GATES.map(({ name, call }) => `${name}:${call}`),
  'threads',
];

beforeAll(async () => void (await sessionImage()));

describe.each<AccessWay>(['session-init', 'engine-exec'])('a session container with its commands by %s', (way) => {
  test('S3.T4.10: holds our profile and no other, in its own process and in its commands', async () => {
    const rig = await createAccessRig(way);
    try {
      const id = await rig.started();
      const { HostConfig, State } = await rawDocker().getContainer(id).inspect();
      expect(HostConfig.SecurityOpt).toEqual(['no-new-privileges:true', `seccomp=${SESSION_SECCOMP_JSON}`]);
      expect(filtersOf(readFileSync(`/proc/${State.Pid}/status`, 'utf8'))).toEqual({ mode: '2', filters: '1' });
      const command = await rig.engine.access.start(id, aCommand(['cat', '/proc/self/status']), never);
      expect(filtersOf((await followAll(command)).stdout)).toEqual({ mode: '2', filters: '1' });
    } finally {
      await rig.close();
    }
  });
});

/** proc(5): mode 2 is a filter, and one is ours. */
function filtersOf(status: string): { mode: string | undefined; filters: string | undefined } {
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(status)?.[1];
  return { mode: field('Seccomp'), filters: field('Seccomp_filters') };
}

describe('the calls of a session', () => {
  let rig: SyscallRig;
  beforeAll(async () => {
    rig = await createSyscallRig(CALLS);
  });
  afterAll(() => rig?.close());

  test.each(NAMED)('$requirement: $name is refused by the filter', ({ name, number }) => {
    const maybeAbsent = MAYBE_ABSENT.includes(name) || number > YOUNGER_THAN_LIBSECCOMP_KNOWS;
    const absent = maybeAbsent && rig.ours.get(name) === ENOSYS;
    expect(rig.ours.get(name)).toBe(absent ? ENOSYS : EPERM);
    expect(rig.killing.get(name)).toBe(absent ? ENOSYS : SIGSYS);
  });

  test('S3.IMP.05: nothing inside is debugged, and no module is loaded', () => {
    for (const name of ['ptrace', 'process_vm_readv', 'kcmp', 'init_module', 'finit_module', 'delete_module']) {
      expect({ name, ours: rig.ours.get(name), killing: rig.killing.get(name) }).toEqual({
        name,
        ours: EPERM,
        killing: SIGSYS,
      });
    }
  });

  test('K-21, 9.2: clone3 is as if the kernel did not have it, and threads start', () => {
    expect(rig.ours.get('clone3')).toBe(ENOSYS);
    expect(rig.ours.get('threads')).toBe('ok');
  });

  test.each(BY_ARGUMENT.filter(({ want }) => want === 'refused'))('9.2: $what is refused by the filter', ({ name }) => {
    expect(rig.ours.get(name)).toBe(EPERM);
    expect(rig.killing.get(name)).toBe(SIGSYS);
  });

  test.each(BY_ARGUMENT.filter(({ want }) => want === 'allowed'))('9.2: $what is as without a filter', ({ name }) => {
    expect(rig.ours.get(name)).toBe(rig.unconfined.get(name));
    expect(rig.ours.get(name)).not.toBe(EPERM);
  });

  test.each(GATES)('9.2: native calls only: $what ends the process', ({ name }) => {
    expect(rig.ours.get(name)).toBe(SIGSYS);
    expect(rig.unconfined.get(name)).not.toBe(SIGSYS);
  });

  test.each([...NAMED, ...BY_ARGUMENT.filter(({ want }) => want === 'refused')].filter(({ reachable }) => reachable))(
    'positive control: without a filter the probe reaches the kernel with $name',
    ({ name }) => {
      expect([EPERM, rig.ours.get(name)]).not.toContain(rig.unconfined.get(name));
    },
  );
});
