// Runs the probe of system calls in session containers: under our own seccomp profile, under the same where it kills instead of
// saying EPERM, and under none at all.

import { copyFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { createDockerEngine } from '../../../src/docker/engine.ts';
import { SESSION_SECCOMP_PROFILE } from '../../../src/docker/seccomp/profile.ts';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import type { LockedDownSpec } from '../../../src/rules/lock-down.ts';
import { buildSyscallProbe } from '../../probe/syscalls/build.ts';
import {
  aSessionContainer,
  engineSocket,
  lockedDown,
  newClusterId,
  rawDocker,
  removeAllOf,
} from '../../support/docker.ts';
import { allowDifferences, expectDifferences } from '../../support/oracle/run.ts';
import { runToEnd } from '../../support/run-to-end.ts';

/** By the name of each call: "ok", the errno, or "signal <n>". */
export type Outcomes = ReadonlyMap<string, string>;

export interface SyscallRig {
  readonly ours: Outcomes;
  /** Killed was by the filter, never for want of a capability: for that the kernel says EPERM, too. */
  readonly killing: Outcomes;
  readonly unconfined: Outcomes;
  close(): Promise<void>;
}

/** `calls` are arguments of the probe. Throws when the probe does not answer for each of them. */
export async function createSyscallRig(calls: readonly string[]): Promise<SyscallRig> {
  const cluster = newClusterId();
  const nodeName = 'node-1';
  const probe = await buildSyscallProbe();
  const source = mkdtempSync('/srv/mcps-syscalls-');
  chmodSync(source, 0o755);
  copyFileSync(probe, join(source, 'probe'));
  const engine = createDockerEngine({ socketPath: engineSocket(), cluster, nodeName });

  const aSpec = () =>
    aSessionContainer({
      cluster,
      nodeName,
      change: {
        entrypoint: ['/probe/probe'],
        command: calls,
        mounts: [{ type: 'bind', source, target: '/probe', readOnly: true, propagation: 'rprivate', recursive: false }],
      },
    });

  async function underOurs(): Promise<Outcomes> {
    const { id } = await engine.create(lockedDown(await aSpec()), AbortSignal.timeout(30_000));
    return read(id, calls);
  }

  async function under(seccomp: string): Promise<Outcomes> {
    const spec = await aSpec();
    if (seccomp === 'unconfined') {
      expectDifferences({ uid: spec.identity.uid, what: ['SecurityOpt.seccomp'] });
      allowDifferences({ uid: spec.identity.uid, what: ['process.Seccomp'] });
    }
    const { name, body } = toCreateRequest(spec as LockedDownSpec); // the printer alone: no rule accepts what follows
    const SecurityOpt = ['no-new-privileges:true', `seccomp=${seccomp}`];
    const HostConfig = { ...(body['HostConfig'] as object), SecurityOpt }; // an object, a few lines up in the printer
    return read((await rawDocker().createContainer({ name, ...body, HostConfig })).id, calls);
  }

  const killing = JSON.stringify({ ...SESSION_SECCOMP_PROFILE, defaultAction: 'SCMP_ACT_KILL_PROCESS' });
  return {
    ours: await underOurs(),
    killing: await under(killing),
    unconfined: await under('unconfined'),
    close: async () => {
      await removeAllOf(cluster);
      rmSync(source, { recursive: true, force: true });
    },
  };
}

async function read(containerId: string, calls: readonly string[]): Promise<Outcomes> {
  const { exitCode, stdout, stderr } = await runToEnd(containerId);
  const outcomes = new Map(
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const at = line.indexOf(' ');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
  if (exitCode !== 0 || outcomes.size !== calls.length) {
    throw new Error(`the probe ended with ${exitCode} after ${outcomes.size} of ${calls.length} calls: ${stderr}`);
  }
  return outcomes;
}
