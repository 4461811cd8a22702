// What a node sees of the machine's files: all of it, but its own /var and /run, so that its engine, its containerd and its
// kubelet use their usual paths beside those of the machine; changes to /etc stay with it, and so do the kernel's settings.

import { mkdir, symlink, writeFile } from 'node:fs/promises';

import { type NodeLayout, STATE_DIR } from '../layout.ts';
import { run } from '../run.ts';

/**
 * Settings of the whole kernel that a kubelet or an engine changes, and what it wants to find there. They find it in files
 * that lie over the real ones, and leave the machine's alone.
 */
const KERNEL_SETTINGS: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/** In the node's own mount namespace. */
export async function mountNode({ dir, name }: NodeLayout): Promise<void> {
  await mountVar(dir);
  await mkdir(`${dir}/run/lock`, { recursive: true });
  await run('mount', '--bind', `${dir}/run`, '/run');
  await mountEtc(dir, name);
  for (const [setting, value] of Object.entries(KERNEL_SETTINGS)) {
    const path = `${dir}/config/kernel-${setting.replaceAll('/', '-')}`;
    await writeFile(path, `${value}\n`);
    await run('mount', '--bind', path, `/proc/sys/${setting}`);
  }
}

/** The cluster's own directory, which is below the real /var, is mounted into the node's before that covers it. */
async function mountVar(dir: string): Promise<void> {
  const nodeVar = `${dir}/var`;
  const stateInside = nodeVar + STATE_DIR.slice('/var'.length);
  for (const path of ['log', 'tmp', 'cache', 'lib/cni', 'lib/kubelet']) {
    await mkdir(`${nodeVar}/${path}`, { recursive: true });
  }
  await symlink('/run', `${nodeVar}/run`);
  await symlink('/run/lock', `${nodeVar}/lock`);
  await mkdir(stateInside, { recursive: true });
  await run('mount', '--rbind', STATE_DIR, stateInside);
  await run('mount', '--rbind', nodeVar, '/var');
}

async function mountEtc(dir: string, name: string): Promise<void> {
  const [upper, work] = [`${dir}/etc`, `${dir}/etc-work`];
  await mkdir(upper, { recursive: true });
  await mkdir(work, { recursive: true });
  await run('mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=/etc,upperdir=${upper},workdir=${work}`, '/etc');
  await writeFile('/etc/hostname', `${name}\n`);
  await writeFile('/etc/hosts', `127.0.0.1 localhost ${name}\n`);
  await writeFile('/etc/resolv.conf', 'nameserver 127.0.0.1\n'); // pods with the node's DNS get it; there is none outside
  await writeFile('/proc/sys/kernel/hostname', name);
}
