// `make cis` on real containers: nothing fails on a session container, and what does not pass is said by the node or is a matter of
// judgement; a container that is weaker in one thing fails the check of that thing.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { judgeContainer } from '../../../hack/cis/judge-container.ts';
import { readFacts, sessionContainers } from '../../../hack/cis/read-facts.ts';
import { engineSocket, newClusterId, rawDocker, sessionImage } from '../../support/docker.ts';
import { type AccessRig, createAccessRig, never } from './access-rig.ts';

const ROOT = join(import.meta.dirname, '../../..');
const MEBIBYTE = 1024 * 1024;

let rig: AccessRig;
beforeAll(async () => {
  await sessionImage();
  rig = await createAccessRig('session-init');
});
afterAll(() => rig.close());

async function withStatus(status: string, container: string): Promise<readonly string[]> {
  const results = judgeContainer(await readFacts(engineSocket(), container, never));
  return results.filter((result) => result.status === status).map(({ id }) => id);
}

/** What `make cis` runs. */
async function cisCommand(...containers: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const argv = [join(ROOT, 'hack/cis.ts'), '--socket', engineSocket(), ...containers];
  try {
    const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/node'), argv);
    return { code: 0, out: stdout };
  } catch (thrown) {
    const { code, stdout } = thrown as { code: number; stdout: string }; // what execFile rejects with when the program ran
    return { code, out: stdout };
  }
}

test('the CIS checks of a session container on the engine find no failure (S3.CMP.02)', async () => {
  const id = await rig.started();
  expect(await sessionContainers(engineSocket(), never)).toContain(id);

  const facts = await readFacts(engineSocket(), id, never);
  expect(facts.processes?.join('\n')).toContain('/.mcpsession/init');
  expect(facts.volumes).toHaveLength(1);
  expect(await withStatus('FAIL', id)).toEqual([]);
  expect(await withStatus('INFO', id)).toEqual(['5.23', '5.24', '5.27', '5.28']);
  // What a node may lack: swarm off, AppArmor, seccomp, a network of one's own.
  for (const check of await withStatus('WARN', id)) expect(['5.1', '5.2', '5.22']).toContain(check);

  const { code, out } = await cisCommand(id);
  expect(code).toBe(0);
  expect(out).toMatch(/^CIS Docker Benchmark 1\.6\.0, section 5: 1 container\n/);
  expect(out).toMatch(/\nScore: 2[0-9] of 32 pass, 0 fail, /);
  expect(out.trim().split('\n').at(-1)).toBe('1 container, none with a failed check');
});

test('a container that is not there is said to be missing', async () => {
  await expect(readFacts(engineSocket(), 'no-such-container', never)).rejects.toMatchObject({ kind: 'not-found' });
  expect((await cisCommand('no-such-container')).code).toBe(1);
  expect((await cisCommand('--socket', '/nonexistent.sock')).code).toBe(1);
});

/** As hard as a session by the engine's own options, without the labels of one: nobody else looks at it. */
const HARD: HostConfig = {
  NetworkMode: 'none',
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges:true'],
  ReadonlyRootfs: true,
  Memory: 64 * MEBIBYTE,
  NanoCpus: 500_000_000,
  PidsLimit: 20,
  Ulimits: [
    { Name: 'nofile', Soft: 64, Hard: 64 },
    { Name: 'core', Soft: 0, Hard: 0 },
  ],
};

interface Weakness {
  readonly name: string;
  readonly host?: HostConfig;
  readonly change?: Partial<ContainerCreateOptions>;
  /** Checks that see it only while it runs. */
  readonly run?: { readonly execAs?: string; readonly privileged?: boolean };
  readonly fails: readonly string[];
}

const publish = (HostIp: string, HostPort: string): HostConfig => ({
  NetworkMode: 'bridge',
  PortBindings: { '80/tcp': [{ HostIp, HostPort }] },
});

/** Where it is 5.3 as well, the engine itself has switched SELinux labels off. */
const WEAKNESSES: readonly Weakness[] = [
  { name: 'none', fails: [] },
  { name: 'no security option', host: { SecurityOpt: [] }, fails: ['5.3', '5.26'] },
  { name: 'capabilities of the engine', host: { CapDrop: [] }, fails: ['5.4'] },
  { name: 'one capability too many', host: { CapAdd: ['SYS_ADMIN'] }, fails: ['5.4'] },
  { name: 'privileged', host: { Privileged: true }, fails: ['5.3', '5.5'] },
  { name: 'a file of /etc', host: { Binds: ['/etc/hostname:/x:ro'] }, fails: ['5.6'] },
  { name: 'a low port', host: publish('127.0.0.1', '80'), fails: ['5.8'] },
  { name: 'all ports of the image', host: { PublishAllPorts: true }, fails: ['5.9'] },
  { name: 'the network of the node', host: { NetworkMode: 'host' }, fails: ['5.10'] },
  { name: 'no memory limit', host: { Memory: 0 }, fails: ['5.11'] },
  { name: 'no CPU limit', host: { NanoCpus: 0 }, fails: ['5.12'] },
  { name: 'a writable root', host: { ReadonlyRootfs: false }, fails: ['5.13'] },
  { name: 'a port on every address', host: publish('', '18080'), fails: ['5.14'] },
  { name: 'restarts for ever', host: { RestartPolicy: { Name: 'always' } }, fails: ['5.15'] },
  { name: 'the processes of the node', host: { PidMode: 'host' }, fails: ['5.3', '5.16'] },
  { name: 'the IPC of the node', host: { IpcMode: 'host' }, fails: ['5.3', '5.17'] },
  {
    name: 'a device',
    host: { Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/x', CgroupPermissions: 'r' }] },
    fails: ['5.18'],
  },
  { name: 'no ulimits', host: { Ulimits: [] }, fails: ['5.19'] },
  { name: 'shared propagation', host: { Binds: ['/srv:/srv:rshared'] }, fails: ['5.20'] },
  { name: 'the host name of the node', host: { UTSMode: 'host' }, fails: ['5.21'] },
  { name: 'no seccomp', host: { SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] }, fails: ['5.22'] },
  { name: 'a privileged command', run: { execAs: '1001', privileged: true }, fails: ['5.23'] },
  { name: 'a command as root', run: { execAs: 'root' }, fails: ['5.24'] },
  { name: 'another cgroup', host: { CgroupParent: '/mcpsession-test' }, fails: ['5.25'] },
  { name: 'an SSH server', change: { Cmd: ['sh', '-c', 'sleep 60; : /usr/sbin/sshd'] }, run: {}, fails: ['5.7'] },
  { name: 'no process limit', host: { PidsLimit: 0 }, fails: ['5.29'] },
  { name: 'the user namespace of the node', host: { UsernsMode: 'host' }, fails: ['5.31'] },
  { name: 'the socket of the engine', host: { Binds: ['/var/run/docker.sock:/x'] }, fails: ['5.6', '5.32'] },
];

describe('a container with one weakness', () => {
  const label = newClusterId();
  const docker = rawDocker();
  const filters = { label: [`mcpsession-cis-test=${label}`] };
  afterAll(async () => {
    for (const { Id } of await docker.listContainers({ all: true, filters }))
      await docker.getContainer(Id).remove({ force: true });
  });

  async function make({ host, change, run }: Weakness): Promise<string> {
    const { imageId } = await sessionImage();
    const container = await docker.createContainer({
      Image: imageId,
      Cmd: ['sleep', '60'],
      User: '1001:1001',
      Labels: { 'mcpsession-cis-test': label },
      ...change,
      HostConfig: { ...HARD, ...host },
    });
    if (run !== undefined) await container.start();
    if (run?.execAs !== undefined) {
      const { execAs: User, privileged: Privileged = false } = run;
      // Not started: a machine without all capabilities can start no privileged one, and the engine knows it all the same.
      await container.exec({ Cmd: ['sleep', '60'], User, Privileged });
    }
    return container.id;
  }

  test.each(WEAKNESSES)('$name: $fails', async (weakness) => {
    expect(await withStatus('FAIL', await make(weakness))).toEqual(weakness.fails.toSorted(byNumber));
  });

  test('makes the command exit with 1, and the last line count it', async () => {
    const weak = await make({ name: 'privileged', host: { Privileged: true }, fails: [] });
    const { code, out } = await cisCommand(await make({ name: 'none', fails: [] }), weak);
    expect(code).toBe(1);
    expect(out).toContain('\n5.5   FAIL  not privileged: privileged\n');
    expect(out.trim().split('\n').at(-1)).toBe('2 containers, 1 with a failed check');
  });
});

const byNumber = (left: string, right: string): number => Number(left.slice(2)) - Number(right.slice(2));
