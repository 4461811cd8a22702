// Mount tables as the kernel prints them (proc_pid_mountinfo(5)). Pure.

export interface MountEntry {
  readonly id: string;
  /** Path inside the mounted file system that is seen at the mount point. */
  readonly root: string;
  readonly mountPoint: string;
}

/** Lines of another form are left out: nothing is concluded from them. */
export function parseMountTable(text: string): readonly MountEntry[] {
  return text.split('\n').flatMap((line): MountEntry[] => {
    const [id, _parent, _device, root, mountPoint] = line.split(' ');
    if (id === undefined || root === undefined || mountPoint === undefined) return [];
    return [{ id, root: unescaped(root), mountPoint: unescaped(mountPoint) }];
  });
}

/** The mount of an open file, from its /proc/self/fdinfo; null when the kernel does not tell. */
export const mountIdOf = (fdinfo: string): string | null => /^mnt_id:\s*(\d+)$/m.exec(fdinfo)?.[1] ?? null;

/** `path` as its file system has it; null when it does not lie below the mount point. */
export function pathInFileSystem({ root, mountPoint }: MountEntry, path: string): string | null {
  const below = relativeTo(mountPoint, path);
  if (below === null) return null;
  if (below === '') return root;
  return root === '/' ? `/${below}` : `${root}/${below}`;
}

function relativeTo(base: string, path: string): string | null {
  if (path === base) return '';
  const prefix = base === '/' ? '/' : `${base}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : null;
}

/** Blank, tab, newline and backslash come as octal numbers. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
