import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CisFacts, InspectedContainer } from '../../../hack/cis/facts.ts';
import { cisChecks, containerText, judgeContainer, scoreText } from '../../../hack/cis/judge-container.ts';

/** What an engine said of a session container of ours, on a kernel with AppArmor. */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../docker/recorded/inspect-20.10.json'), 'utf8'),
) as InspectedContainer; // recorded answer of an engine
const hardened: CisFacts = {
  info: { SecurityOptions: ['name=apparmor', 'name=seccomp,profile=default'], Swarm: { LocalNodeState: 'inactive' } },
  container: { ...recorded, AppArmorProfile: 'mcpsession-default' },
  processes: ['sleep infinity'],
  execs: [],
  volumes: [],
};

const withHost = (change: Partial<InspectedContainer['HostConfig']>): CisFacts => ({
  ...hardened,
  container: { ...hardened.container, HostConfig: { ...hardened.container.HostConfig, ...change } },
});
const withContainer = (change: Partial<InspectedContainer>): CisFacts => ({
  ...hardened,
  container: { ...hardened.container, ...change },
});
const bind = (Source: string, Propagation = 'rprivate') =>
  withContainer({ Mounts: [{ Type: 'bind', Source, Destination: '/data', Propagation }] });

/** What differs from the hardened container: "5.5 FAIL". */
const changed = (facts: CisFacts): readonly string[] => {
  const before = new Map(judgeContainer(hardened).map(({ id, status }) => [id, status]));
  return judgeContainer(facts).flatMap(({ id, status }) => (before.get(id) === status ? [] : [`${id} ${status}`]));
};

describe('the CIS checks (S3.CMP.02)', () => {
  test('are 5.1 to 5.32, each once', () => {
    expect(cisChecks.map(({ id }) => id)).toEqual(Array.from({ length: 32 }, (_, index) => `5.${index + 1}`));
  });

  test('pass 28 of 32 on a session container, and the rest is a matter of judgement', () => {
    const results = judgeContainer(hardened);
    expect(scoreText(results)).toBe('28 of 32 pass, 0 fail, 0 warn, 4 info');
    expect(results.filter(({ status }) => status !== 'PASS').map(({ id }) => id)).toEqual([
      '5.23',
      '5.24',
      '5.27',
      '5.28',
    ]);
  });

  test.each<{ readonly name: string; readonly facts: CisFacts; readonly want: readonly string[] }>([
    {
      name: 'swarm mode',
      facts: { ...hardened, info: { ...hardened.info, Swarm: { LocalNodeState: 'active' } } },
      want: ['5.1 WARN'],
    },
    { name: 'no AppArmor where the engine has it', facts: withContainer({ AppArmorProfile: '' }), want: ['5.2 FAIL'] },
    { name: 'an unconfined AppArmor', facts: withContainer({ AppArmorProfile: 'unconfined' }), want: ['5.2 FAIL'] },
    {
      name: 'a kernel without AppArmor and seccomp',
      facts: { ...withContainer({ AppArmorProfile: '' }), info: {} },
      want: ['5.2 WARN', '5.22 WARN'],
    },
    { name: 'no security options', facts: withHost({ SecurityOpt: [] }), want: ['5.3 FAIL', '5.26 FAIL'] },
    {
      name: 'SELinux labels off',
      facts: withHost({ SecurityOpt: ['no-new-privileges', 'label:disable'] }),
      want: ['5.3 FAIL'],
    },
    {
      name: 'seccomp off',
      facts: withHost({ SecurityOpt: ['no-new-privileges:true', 'seccomp=unconfined'] }),
      want: ['5.22 FAIL'],
    },
    {
      name: 'new privileges, said last',
      facts: withHost({ SecurityOpt: ['no-new-privileges', 'no-new-privileges:false'] }),
      want: ['5.26 FAIL'],
    },
    { name: 'capabilities that were not dropped', facts: withHost({ CapDrop: [] }), want: ['5.4 FAIL'] },
    { name: 'an added capability', facts: withHost({ CapAdd: ['SYS_ADMIN'] }), want: ['5.4 FAIL'] },
    { name: 'a privileged container', facts: withHost({ Privileged: true }), want: ['5.5 FAIL'] },
    { name: 'the root of the node', facts: bind('/'), want: ['5.6 FAIL', '5.32 FAIL'] },
    { name: 'a file below /etc', facts: bind('/etc/hosts'), want: ['5.6 FAIL'] },
    { name: 'the socket of the engine', facts: bind('/var/run/docker.sock'), want: ['5.6 FAIL', '5.32 FAIL'] },
    { name: 'the directory of the socket', facts: bind('/run'), want: ['5.6 FAIL', '5.32 FAIL'] },
    { name: 'an ordinary directory', facts: bind('/srv/data'), want: [] },
    { name: 'a shared mount', facts: bind('/srv/data', 'rshared'), want: ['5.20 FAIL'] },
    {
      name: 'a volume that is a bind mount by its driver',
      facts: { ...hardened, volumes: [{ Name: 'v', Driver: 'local', Options: { device: '/', o: 'bind' } }] },
      want: ['5.6 FAIL'],
    },
    { name: 'an SSH server', facts: { ...hardened, processes: ['root 1 0 /usr/sbin/sshd -D'] }, want: ['5.7 FAIL'] },
    { name: 'processes that cannot be listed', facts: { ...hardened, processes: null }, want: ['5.7 INFO'] },
    {
      name: 'a low port on every address',
      facts: withHost({ PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '80' }] } }),
      want: ['5.8 FAIL', '5.14 FAIL'],
    },
    {
      name: 'a declared port on loopback',
      facts: withHost({ PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] } }),
      want: [],
    },
    { name: 'all ports of the image', facts: withHost({ PublishAllPorts: true }), want: ['5.9 FAIL'] },
    { name: 'the network of the node', facts: withHost({ NetworkMode: 'host' }), want: ['5.10 FAIL'] },
    { name: 'the network of another container', facts: withHost({ NetworkMode: 'container:x' }), want: ['5.10 FAIL'] },
    {
      name: 'the default bridge',
      facts: withContainer({ NetworkSettings: { Networks: { bridge: {} } } }),
      want: ['5.30 WARN'],
    },
    { name: 'no memory limit', facts: withHost({ Memory: 0 }), want: ['5.11 FAIL'] },
    { name: 'no CPU limit', facts: withHost({ NanoCpus: 0 }), want: ['5.12 FAIL'] },
    { name: 'a writable root', facts: withHost({ ReadonlyRootfs: false }), want: ['5.13 FAIL'] },
    { name: 'restarts for ever', facts: withHost({ RestartPolicy: { Name: 'always' } }), want: ['5.15 FAIL'] },
    {
      name: 'three restarts',
      facts: withHost({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } }),
      want: [],
    },
    { name: 'the processes of the node', facts: withHost({ PidMode: 'host' }), want: ['5.16 FAIL'] },
    { name: 'the IPC of the node', facts: withHost({ IpcMode: 'host' }), want: ['5.17 FAIL'] },
    { name: 'a device', facts: withHost({ Devices: [{}] }), want: ['5.18 FAIL'] },
    { name: 'a GPU request', facts: withHost({ DeviceRequests: [{}] }), want: ['5.18 FAIL'] },
    { name: 'no ulimits', facts: withHost({ Ulimits: null }), want: ['5.19 FAIL'] },
    { name: 'the host name of the node', facts: withHost({ UTSMode: 'host' }), want: ['5.21 FAIL'] },
    {
      name: 'a privileged exec',
      facts: { ...hardened, execs: [{ ProcessConfig: { privileged: true } }] },
      want: ['5.23 FAIL'],
    },
    {
      name: 'an exec as root',
      facts: { ...hardened, execs: [{ ProcessConfig: { user: '0:0' } }] },
      want: ['5.24 FAIL'],
    },
    { name: 'another cgroup parent', facts: withHost({ CgroupParent: '/' }), want: ['5.25 FAIL'] },
    {
      name: 'a health check',
      facts: withContainer({ Config: { ...hardened.container.Config, Healthcheck: { Test: ['CMD', 'true'] } } }),
      want: ['5.27 PASS'],
    },
    { name: 'no process limit', facts: withHost({ PidsLimit: null }), want: ['5.29 FAIL'] },
    { name: 'the user namespace of the node', facts: withHost({ UsernsMode: 'host' }), want: ['5.31 FAIL'] },
  ])('see $name', ({ facts, want }) => {
    expect(changed(facts)).toEqual(want);
  });

  test('are printed one a line, with the score', () => {
    const lines = containerText('mcps-1', judgeContainer(withHost({ Privileged: true })))
      .trim()
      .split('\n');
    expect(lines).toHaveLength(34);
    expect(lines).toContain('5.5   FAIL  not privileged: privileged');
    expect(lines.at(-1)).toBe('Score: 27 of 32 pass, 1 fail, 0 warn, 4 info');
  });
});
