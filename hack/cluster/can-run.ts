// Whether this machine lets a cluster be made at all: what `up` needs and cannot install.

import { mkdir, rmdir } from 'node:fs/promises';

import { runCommand } from '../docker/run-command.ts';
import { cgroupHierarchies } from './cgroups.ts';
import { CGROUP } from './layout.ts';

interface Process {
  readonly platform: string;
  getuid?(): number;
}

/** null when it does, else one line that says why not and what to do. Leaves nothing behind. */
export async function whyNoCluster(on: Process = process): Promise<string | null> {
  if (on.platform !== 'linux') return `a cluster needs Linux, and this is ${on.platform}`;
  if (on.getuid?.() !== 0) return 'a cluster needs root (namespaces, mounts, control groups); run this as root';
  return (await whyNoNamespaces()) ?? (await whyNoControlGroups());
}

async function whyNoNamespaces(): Promise<string | null> {
  const flags = ['--mount', '--net', '--pid', '--uts', '--fork', '--mount-proc', '--propagation', 'private'];
  const mount = ['mount', '-t', 'tmpfs', 'tmpfs', '/mnt'];
  const tried = await runCommand({ program: 'unshare', args: [...flags, ...mount] }).catch(() => null);
  if (tried === null) return 'a cluster needs the program unshare; install util-linux';
  if (tried.exitCode === 0) return null;
  return `a cluster needs namespaces, and here ${oneLine(tried.lastLines)}; in a container, run it privileged`;
}

async function whyNoControlGroups(): Promise<string | null> {
  const hierarchies = await cgroupHierarchies();
  if (hierarchies.length === 0) return 'a cluster needs control groups, and none are mounted';
  for (const hierarchy of hierarchies) {
    const probe = `${hierarchy}/${CGROUP}-probe`;
    try {
      await mkdir(probe);
      await rmdir(probe);
    } catch (thrown) {
      return `a cluster needs control groups of its own: ${oneLine(String(thrown))}; in a container, run it privileged`;
    }
  }
  return null;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
