// The control groups of the cluster. They are how `down` finds every process of it: a process is put there before it
// becomes ours, and nothing that it starts can leave. Version 1, version 2 and both at once.

import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { OperatorError } from '../../src/lib/errors.ts';
import { CGROUP } from './layout.ts';

const POLL_MS = 20;
const EMPTY_WITHIN_MS = 20_000;

/** Mount points of all hierarchies. */
export async function cgroupHierarchies(): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const points = lines.flatMap((line) => {
    const [mount = '', kind = ''] = line.split(' - ');
    const point = mount.split(' ')[4];
    return /^cgroup2? /.test(kind) && point !== undefined ? [point] : [];
  });
  return [...new Set(points)];
}

/**
 * Creates the cluster's group and, in it, one of each name. Returns the `cgroup.procs` files of the first of them, to which
 * a process writes its number to move there.
 */
export async function createCgroups(names: readonly [string, ...string[]]): Promise<readonly string[]> {
  const hierarchies = await cgroupHierarchies();
  for (const hierarchy of hierarchies) {
    const parent = `${hierarchy}/${CGROUP}`;
    await mkdir(parent, { recursive: true });
    await hand(hierarchy, parent);
    for (const name of names) {
      await mkdir(`${parent}/${name}`, { recursive: true });
      await hand(parent, `${parent}/${name}`);
    }
  }
  return hierarchies.map((hierarchy) => `${hierarchy}/${CGROUP}/${names[0]}/cgroup.procs`);
}

/** A new group may use what its parent may: version 1 leaves the processor set empty, version 2 its controllers off. */
async function hand(parent: string, child: string): Promise<void> {
  for (const file of ['cpuset.mems', 'cpuset.cpus']) {
    const allowed = (await readText(`${parent}/${file}`)).trim();
    if (allowed !== '') await writeFile(`${child}/${file}`, allowed);
  }
  const controllers = (await readText(`${parent}/cgroup.controllers`)).split(/\s+/).filter(Boolean);
  for (const controller of controllers) {
    // One that cannot be handed on, such as that of real-time processes, is one that a kubelet can do without.
    await writeFile(`${parent}/cgroup.subtree_control`, `+${controller}`).catch(() => {});
  }
}

/** Numbers of the live processes of the cluster. */
export async function clusterProcesses(): Promise<readonly number[]> {
  const groups = (await Promise.all((await clusterRoots()).map(groupsBelow))).flat();
  const texts = await Promise.all(groups.map((group) => readText(`${group}/cgroup.procs`)));
  const pids = texts.flatMap((text) => text.split('\n').filter(Boolean).map(Number));
  return [...new Set(pids)].filter((pid) => pid > 0 && pid !== process.pid);
}

/** Kills every process of the cluster and removes the groups. Throws OperatorError('timeout') naming what stays. */
export async function removeCgroups(): Promise<void> {
  const deadlineMs = performance.now() + EMPTY_WITHIN_MS;
  for (;;) {
    const pids = await clusterProcesses();
    for (const pid of pids) kill(pid);
    if (pids.length === 0 && (await removeEmptyGroups())) return;
    if (performance.now() > deadlineMs) {
      const left =
        pids.length > 0 ? `processes ${pids.join(', ')}` : `control groups ${(await clusterRoots()).join(', ')}`;
      throw new OperatorError(
        'timeout',
        `${left} of the cluster did not go within ${EMPTY_WITHIN_MS} ms; end them by hand`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Existing groups of the cluster, one per hierarchy. */
export async function clusterRoots(): Promise<readonly string[]> {
  const roots = (await cgroupHierarchies()).map((hierarchy) => `${hierarchy}/${CGROUP}`);
  const isThere = await Promise.all(roots.map(async (root) => (await subdirectories(root)) !== null));
  return roots.filter((_, index) => isThere[index]);
}

/** True when nothing is left; a group that still has a dying process stays for the next try. */
async function removeEmptyGroups(): Promise<boolean> {
  for (const root of await clusterRoots()) {
    for (const group of (await groupsBelow(root)).toReversed()) await rmdir(group).catch(() => {});
  }
  return (await clusterRoots()).length === 0;
}

/** The group and all below it, parents first. */
async function groupsBelow(group: string): Promise<readonly string[]> {
  const names = (await subdirectories(group)) ?? [];
  return [group, ...(await Promise.all(names.map((name) => groupsBelow(`${group}/${name}`)))).flat()];
}

/** null when there is no such group. */
async function subdirectories(group: string): Promise<readonly string[] | null> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => null);
  return entries === null ? null : entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause; // it ended between the look and the signal
  }
}

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => ''); // gone, or not of this version
