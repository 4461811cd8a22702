// Processes of the cluster, as this machine sees them from outside of all namespaces.

import { readFile } from 'node:fs/promises';

import { clusterProcesses } from '../../../hack/cluster/cgroups.ts';

/** Numbers of those whose command line has the text. */
export async function pidsOf(text: string): Promise<readonly number[]> {
  const pids = await clusterProcesses();
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => commands[index]?.replaceAll('\0', ' ').includes(text));
}
