// Reads everything of this machine that a cluster with kubelets, container engines and packet filters could change. Left
// out is what the machine's own Docker Engine and its containers come and go with: others may use it at the same time, and
// the cluster has engines of its own.

import { readdir, readFile } from 'node:fs/promises';

import { isRunning } from '../../../src/process/process-identity.ts';
import { runCommand } from '../../docker/run-command.ts';
import { cgroupHierarchies, clusterProcesses } from '../cgroups.ts';
import { CGROUP, STATE_DIR } from '../layout.ts';
import type { Snapshot } from './differences.ts';

/** Those that kubelet, kube-proxy and dockerd write. */
const KERNEL_SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'kernel/hostname',
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/netfilter/nf_conntrack_max',
  'net/netfilter/nf_conntrack_tcp_timeout_established',
  'net/bridge/bridge-nf-call-iptables',
];
/** Where a kubelet, a containerd, network plugins or an engine would make something. */
const DIRECTORIES = [
  '/etc',
  '/etc/cni',
  '/etc/docker',
  '/etc/kubernetes',
  '/opt',
  '/opt/cni',
  '/run',
  '/run/containerd',
  '/run/netns',
  '/usr/libexec',
  '/usr/libexec/kubernetes',
  '/var/lib',
  '/var/lib/cni',
  '/var/lib/kubelet',
  '/var/log',
  '/var/log/containers',
  '/var/log/pods',
  STATE_DIR,
];
/** Links, bridges and rules of the machine's own engine. */
const OF_ENGINE = /\b(veth[0-9a-f]+|br-[0-9a-f]+|docker0|docker_gwbridge|DOCKER[-A-Z0-9]*)\b/;
const CGROUP_OF_ENGINE = /\/docker$/;
/** Tests start further engines in temporary directories. */
const MOUNT_OF_ENGINE = /^(\/var\/lib\/docker|\/run\/docker|\/tmp)\//;

export async function takeSnapshot(): Promise<Snapshot> {
  return {
    links: withoutEngine(await output('ip', '-o', 'link', 'show')).map((line) =>
      line.replace(/ state \w+| mode \w+/g, ''),
    ),
    addresses: withoutEngine(await output('ip', '-o', 'address', 'show')),
    routes: withoutEngine([
      ...(await output('ip', '-4', 'route', 'show', 'table', 'all')),
      ...(await output('ip', '-6', 'route', 'show', 'table', 'all')),
    ]),
    rules: [...(await output('ip', '-4', 'rule')), ...(await output('ip', '-6', 'rule'))],
    packetFilters: withoutEngine([...(await output('iptables-save')), ...(await output('ip6tables-save'))])
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.replace(/ ?\[\d+:\d+\]/, '')),
    mounts: await mounts(),
    cgroups: await cgroups(),
    kernelSettings: await Promise.all(KERNEL_SETTINGS.map(async (name) => `${name} = ${await setting(name)}`)),
    directories: (await Promise.all(DIRECTORIES.map(namesIn))).flat(),
    networkNamespaces: await output('ip', 'netns', 'list'),
    processes: await processes(),
  };
}

/** Lines of what the command prints; none where it is not installed or cannot say. */
async function output(program: string, ...args: readonly string[]): Promise<readonly string[]> {
  const outcome = await runCommand({ program, args }).catch(() => null);
  if (outcome === null || outcome.exitCode !== 0) return [];
  return outcome.stdout
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean);
}

const withoutEngine = (lines: readonly string[]): readonly string[] =>
  // The number before a link's name counts all links there ever were.
  lines.map((line) => line.replace(/^\d+: /, '')).filter((line) => !OF_ENGINE.test(line));

async function mounts(): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter(Boolean);
  return lines
    .map((line) => {
      const [fields = '', source = ''] = line.split(' - ');
      const [, , , root = '', point = '', options = ''] = fields.split(' ');
      return `${point} ${root} ${options} ${source}`;
    })
    .filter((line) => !MOUNT_OF_ENGINE.test(line));
}

/** Only the first level: what is below the group of another program comes and goes with that program. */
async function cgroups(): Promise<readonly string[]> {
  const found = (await cgroupHierarchies()).map(async (hierarchy) => {
    const entries = await readdir(hierarchy, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${hierarchy}/${name}`);
  });
  return (await Promise.all(found)).flat().filter((path) => !CGROUP_OF_ENGINE.test(path));
}

async function setting(name: string): Promise<string> {
  return (await readFile(`/proc/sys/${name}`, 'utf8').catch(() => 'absent')).trim();
}

async function namesIn(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch(() => null);
  return names === null ? [] : [dir, ...names.map((name) => `${dir}/${name}`)];
}

/** Those that are the cluster's by their control group, or name its files: other processes come and go at any time. */
async function processes(): Promise<readonly string[]> {
  const ours = await clusterProcesses();
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(
    all.map(async (pid) => {
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
      const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      const isOurs = ours.includes(pid) || groups.includes(`/${CGROUP}`) || command.includes(STATE_DIR);
      return isOurs && pid !== process.pid && (await isRunning(pid)) ? [`${pid} ${command}`] : [];
    }),
  );
  return lines.flat();
}
