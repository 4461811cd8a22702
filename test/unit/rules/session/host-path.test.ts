import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../../src/model/policy.ts';
import { hostPath } from '../../../../src/rules/session/host-path.ts';
import type { SessionSubject } from '../../../../src/rules/session-subject.ts';
import { refusals } from '../../../support/judgement.ts';
import { aSession } from '../../../support/session-builder.ts';

const mounting = (path: string) => aSession({ mounts: [{ hostPath: path, target: '/data' }] });

/** Beyond the schema's own bounds too: the rule must not rely on them. */
const unparsed = (path: string): SessionSubject => {
  const session = mounting('/srv/data');
  return { ...session, spec: { ...session.spec, mounts: [{ hostPath: path, target: '/data', readOnly: true }] } };
};

// requirements.md 9.1, all of them, and security.md 11.3 and 11.4.
const DENIED: readonly string[] = [
  '/',
  '//',
  '///',
  '/.',
  '/..',
  '/a/../..',
  '/etc',
  '/etc/',
  '/etc/passwd',
  '/etc/shadow',
  '/etc/sudoers',
  '/etc/ssh/ssh_host_rsa_key',
  '/etc/ssh/ssh_host_ed25519_key',
  '/./etc',
  '//etc/passwd',
  '///etc',
  '/var//run/docker.sock',
  '/var/run/../run/docker.sock',
  '/sys',
  '/proc',
  '/proc/1/root',
  '/boot',
  '/dev',
  '/dev/sda',
  '/root',
  '/root/.ssh/id_rsa',
  '/root/.ssh/authorized_keys',
  '/run',
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/user/1000/docker.sock',
  '/var/run',
  '/var/run/docker.sock',
  '/var/lib',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/kubelet',
  '/var/lib/kubelet/pods',
  '/var/lib/rancher',
  '/home/a/.ssh',
  '/home/a/.ssh/id_rsa',
  '/home/a/.SSH',
  '/home/a/.aws',
  '/home/a/.kube/config',
  '/home/a/.docker',
  '/home/a/.gnupg',
  '/home/a/.netrc',
  '/home/a/.config/gcloud',
  '../../etc/shadow',
  '/home/user/../../etc/shadow',
  'etc/shadow',
  './data',
  'foo/../../etc/passwd',
  '~/x',
  '~',
  '$HOME/x',
  'C:\\Windows',
  'c:/windows',
  'C:/Program Files',
  'D:\\data',
  '\\\\server\\share',
  '\\\\localhost\\C$\\Windows',
  '//./pipe/docker_engine',
  '\\\\.\\pipe\\docker_engine',
  '//?/C:/Windows',
  '',
  '/data/a\0b',
  '/data/a\nb',
  `/${'a/'.repeat(2048)}`,
  '/home/a/.local',
  '/home/a/.local/share',
  '/home/a/.local/share/docker',
  '/home/a/.local/share/containers/storage',
  '/home/a/.local/share/keyrings',
  '/var/lib/nerdctl',
  '/var/lib/private/x',
  '/var/spool',
  '/var/spool/cron/crontabs',
  '/var/backups',
  '/var',
  '/home',
  '/usr',
  '/lib',
  '/opt/containerd',
  '/home/alice',
  '/var/log',
  '/opt/cni',
  '/ETC',
  '/Root/x',
  '/srv/app.sock',
  '/srv/App.SOCK',
  '/etc/.',
  '/etc ',
  ' /etc',
  '/data /x',
  '/data	',
  'file:///etc',
  '/a:/etc:rw',
  '/a,source=/etc',
  '/tmp%2f..%2fetc',
  '/tmp%252e%252e',
  '/․․/etc',
  '/tmp∕etc',
  '/tmp／etc',
  '/etc​',
  '/data\xA0',
  '/café',
  `/${'a'.repeat(256)}`,
  '/data/\ud800',
  '/data/..',
  '/data/‮etc',
];

const ALLOWED: readonly string[] = [
  '/home/user/data',
  '/tmp',
  '/opt',
  '/opt/myapp',
  '/mnt/data',
  '/data/foo..bar',
  '/home/alice/mysshstuff',
  '/home/alice/.local/bin',
  '/home/alice/.local/share/fonts',
  '/home/alice/.local/share/dockerfiles',
  '/var/spooled',
  '/home/alice/ssh-tools',
  '/etcetera',
  '/rootfs-images',
  '/devtools',
  '/home/user/My Documents/data',
  '/runner',
  '/procedures',
  '/system',
  '/bootstrap',
  '/srv/.sshd-docs',
  '/srv/proc-stats',
  '/usr/share/zoneinfo',
  '/tmp/',
  '/srv//data',
  '/srv/./data',
  '/srv/данные',
  '/srv/café',
  '/srv/100%',
];

describe('MCPS-201 host paths (S0.C1)', () => {
  test.each(DENIED)('S0.C1.04 refuses %j', (path) => {
    expect(hostPath.check(unparsed(path), defaultPolicy())).toMatchObject([
      { rule: 'MCPS-201', path: 'spec.mounts[0].hostPath' },
    ]);
  });

  test.each(['/', '/etc', '/var/run/docker.sock'])('S0.C1.21 refuses %j, whatever else is asked for', (path) => {
    expect(refusals(hostPath, mounting(path))).toHaveLength(1);
  });

  test('S0.C1.09: is tried with more than the 19 paths of the source document', () => {
    expect(new Set(DENIED).size).toBeGreaterThan(19);
  });

  test.each(ALLOWED)('S0.C1.22 accepts %j', (path) => {
    expect(refusals(hostPath, mounting(path))).toEqual([]);
  });

  test.each([
    ['/', 'is the whole node'],
    ['/var/run/docker.sock', 'gives root on the node'],
    ['/etc/passwd', 'is a system directory of the node'],
    ['/home', 'contains the credentials of all users'],
    ['/home/a/.ssh', 'holds credentials of the node or its users'],
    ['/var/lib/docker', 'holds the data of other containers'],
    ['C:\\Windows', 'is a Windows path; nodes are Linux'],
    ['/a/../b', 'holds a ".." segment'],
    ['a/b', 'is not absolute'],
  ])('says why of %j', (path, why) => {
    expect(refusals(hostPath, mounting(path))).toEqual([
      `spec.mounts[0].hostPath: Forbidden: [MCPS-201] ${path} ${why}; fix: delete this mount, use spec.workspace (mcpsession.dev/r/201)`,
    ]);
  });

  test('shows what is invisible, and shortens what is long', () => {
    expect(refusals(hostPath, mounting(`/data/\u001b[31m${'x'.repeat(900)}`))).toEqual([
      `spec.mounts[0].hostPath: Forbidden: [MCPS-201] /data/\\u{1b}[31m${'x'.repeat(43)}… holds a control or invisible character; fix: delete this mount, use spec.workspace (mcpsession.dev/r/201)`,
    ]);
  });

  test('names every mount by its index', () => {
    const session = aSession({
      mounts: [
        { hostPath: '/srv/a', target: '/a' },
        { hostPath: '/etc', target: '/b' },
      ],
    });
    expect(hostPath.check(session, defaultPolicy()).map(({ path }) => path)).toEqual(['spec.mounts[1].hostPath']);
  });
});
