// What is mounted, as the engine was told: binds, volumes and file systems in memory.

import { isDeniedSource, isDeniedTarget, LARGEST } from './profile.ts';
import {
  type Finding,
  type Inspected,
  kindOf,
  LABELS,
  labelsOf,
  listOf,
  recordOf,
  type Settings,
  shown,
  type VolumeFacts,
} from './subject.ts';

const INIT_VOLUME = /^mcpsession-init-[0-9a-f]{16}$/;
const INIT_TARGET = '/.mcpsession';
const WORKSPACE = '/workspace';

/** The session's own volume, named by its UID; or the same on the container that gives it its owner. */
export function isWorkspace({ Type, Target }: Settings, source: unknown, container: Inspected): boolean {
  const { [LABELS.uid]: uid } = labelsOf(container);
  const owner = uid === undefined ? container.Name.replace(/-workspace$/, '') : `/mcps-${uid}`;
  return Type === 'volume' && Target === WORKSPACE && `/${String(source)}` === owner;
}

/** Bytes of "size=100m" and the like; 0 for none. */
export function sizeOf(options: readonly string[]): number {
  const match = /^size=(\d+)([kmg]?)$/i.exec(options.find((option) => option.startsWith('size=')) ?? '');
  if (match === null) return 0;
  const unit = { '': 1, k: 1024, m: 1_048_576, g: 1_073_741_824 }[match[2]?.toLowerCase() ?? ''];
  return Number(match[1]) * (unit ?? 0);
}

export function judgeMounts(container: Inspected, volumes: Readonly<Record<string, VolumeFacts>>): readonly Finding[] {
  const asked = listOf(container.HostConfig['Mounts']).map(recordOf);
  const tmpfs = Object.entries(recordOf(container.HostConfig['Tmpfs'])) as [string, string][]; // the engine's own type
  return [
    ...asked.flatMap((mount) => judgeAsked(mount, container)),
    ...tmpfs.flatMap(([path, options]) => judgeTmpfs(path, options.split(','))),
    ...container.Mounts.flatMap((mount) => judgeSeen(mount, { asked, tmpfs: tmpfs.map(([path]) => path), container })),
    ...container.Mounts.flatMap((mount) => judgeVolume(mount, volumes)),
  ];
}

function judgeAsked(mount: Settings, container: Inspected): readonly Finding[] {
  const { Type, Source, Target, ReadOnly, BindOptions, VolumeOptions } = mount;
  const what = `Mount[${String(Target)}]`;
  const finding = (part: string, want: string, got: unknown): Finding => ({
    what: `${what}.${part}`,
    want,
    got: shown(got),
  });
  const found: Finding[] = [];
  const workspace = isWorkspace(mount, Source, container);
  if (ReadOnly !== true && !workspace) found.push(finding('ReadOnly', 'true', ReadOnly));
  if (Type === 'volume') {
    const { NoCopy, DriverConfig } = recordOf(VolumeOptions);
    const init = INIT_VOLUME.test(String(Source)) && Target === INIT_TARGET;
    if (!init && !workspace) found.push(finding('Source', 'the session init or the workspace', Source));
    if (DriverConfig !== undefined && DriverConfig !== null) found.push(finding('DriverConfig', 'none', DriverConfig));
    if (kindOf(container) === 'session' && NoCopy !== true) found.push(finding('NoCopy', 'true', NoCopy));
    return found;
  }
  if (Type !== 'bind') return [...found, finding('Type', 'bind or volume', Type)];
  const { Propagation, NonRecursive } = recordOf(BindOptions);
  if (isDeniedSource(String(Source))) found.push(finding('Source', 'a place that may be mounted', Source));
  if (isDeniedTarget(String(Target))) found.push(finding('Target', 'a place of its own', Target));
  if (Propagation !== 'rprivate') found.push(finding('Propagation', 'rprivate', Propagation));
  if (NonRecursive !== true) found.push(finding('NonRecursive', 'true', NonRecursive));
  return found;
}

function judgeTmpfs(path: string, options: readonly string[]): readonly Finding[] {
  const workspace = path === '/workspace';
  const need = ['nosuid', 'nodev', ...(workspace ? [] : ['noexec'])];
  const refused = ['suid', 'dev', ...(workspace ? [] : ['exec'])];
  const size = sizeOf(options);
  const bounded = size > 0 && size <= (workspace ? LARGEST.workspaceBytes : LARGEST.tmpfsBytes);
  const plain = need.every((option) => options.includes(option)) && !refused.some((option) => options.includes(option));
  if (bounded && plain && !isDeniedTarget(path)) return [];
  return [{ what: `Tmpfs[${path}]`, want: `${need.join(',')} and a size`, got: options.join(',') }];
}

/** What the engine mounted must be what it was asked to. */
function judgeSeen(
  mount: Settings,
  {
    asked,
    tmpfs,
    container,
  }: { readonly asked: readonly Settings[]; readonly tmpfs: readonly string[]; readonly container: Inspected },
): readonly Finding[] {
  const { Type, Destination, RW, Name, Source } = mount;
  if (Type === 'tmpfs' && tmpfs.includes(String(Destination))) return [];
  const ask = asked.find(({ Target }) => Target === Destination);
  const same = ask !== undefined && ask['Type'] === Type && ask['Source'] === (Type === 'volume' ? Name : Source);
  if (same && (RW === false || isWorkspace(ask, Name, container))) return [];
  return [{ what: `Mounts[${String(Destination)}]`, want: 'only what was asked for, read-only', got: shown(mount) }];
}

/** A local volume with options mounts whatever they name, the node's root included, while the container looks harmless. */
function judgeVolume(mount: Settings, volumes: Readonly<Record<string, VolumeFacts>>): readonly Finding[] {
  if (mount['Type'] !== 'volume') return [];
  const volume = volumes[String(mount['Name'])];
  if (volume === undefined) return []; // gone with its container
  const options = Object.keys(volume.options ?? {}).filter((name) => name !== 'size');
  const plain = volume.driver === 'local' && options.length === 0;
  return plain
    ? []
    : [{ what: `Volume[${String(mount['Destination'])}]`, want: 'local, no options but a size', got: shown(volume) }];
}
