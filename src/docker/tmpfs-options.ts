// HostConfig.Tmpfs in both directions: {"/tmp": "mode=1777,nodev,size=1048576"} <-> structured fields. Pure.

import type { ContainerTmpfs } from '../model/container.ts';

export function printTmpfs(tmpfs: readonly ContainerTmpfs[]): Record<string, string> {
  const entry = ({ path, sizeBytes, options }: ContainerTmpfs): [string, string] => [
    path,
    [...options, ...(sizeBytes > 0 ? [`size=${sizeBytes}`] : [])].join(','),
  ];
  return Object.fromEntries(tmpfs.map(entry));
}

/** Sorted by path, since the engine keeps a map. A size that is no plain number of bytes counts as none, which no rule accepts. */
export function parseTmpfs(mounts: Readonly<Record<string, string>>): readonly ContainerTmpfs[] {
  return Object.entries(mounts)
    .map(([path, text]) => {
      const parts = text.split(',').filter((part) => part !== '');
      const sizes = parts.filter((part) => part.startsWith('size='));
      const options = parts.filter((part) => !part.startsWith('size=')).sort();
      return { path, sizeBytes: bytesOf(sizes.at(-1) ?? ''), options };
    })
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** The kernel's notation: bytes with k, m or g. Percentages are shares of the node's memory, hence 0. */
function bytesOf(option: string): number {
  const match = /^size=(\d{1,15})([kmg]?)$/i.exec(option);
  return match === null ? 0 : Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 0);
}
