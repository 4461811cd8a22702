// Host paths of the node: what they are before a container is made, and what the container has got once it runs. The node's
// file system may be mounted below a directory here; its processes are those of our own /proc, or nothing can be compared.

import { type FileHandle, open, readFile, realpath } from 'node:fs/promises';
import { posix } from 'node:path';

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { ContainerMountsSeen, FileIdentity, ResolvedHostPath } from '../model/container.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import { type MountEntry, parseMountTable, pathInFileSystem } from './mount-table.ts';
import { type Found, walkTo } from './path-walk.ts';

export interface HostPathsOptions {
  /** Where the node's "/" is seen; default our own. */
  readonly root?: string;
  /** Where the node's processes are seen; default our own. */
  readonly processes?: string;
}

export function createHostPaths({ root = '/', processes = '/proc' }: HostPathsOptions = {}): HostPaths {
  return {
    resolve: async (paths, signal) => {
      const resolved: ResolvedHostPath[] = [];
      for (const asked of paths) {
        stopWhenAborted(signal);
        resolved.push(await resolveOne(root, asked));
      }
      return resolved;
    },
    inContainer: async ({ id, pid, targets }, signal) => {
      stopWhenAborted(signal);
      const handle = await openProcess(`${processes}/${pid}`);
      if (handle === null) return unseen(`process ${pid} of the container is not among the processes here`);
      try {
        return await mountsOf({ process: `/proc/self/fd/${handle.fd}`, id, targets });
      } finally {
        await handle.close();
      }
    },
  };
}

function stopWhenAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new OperatorError('cancelled', 'looking at host paths was cancelled');
}

async function resolveOne(root: string, asked: string): Promise<ResolvedHostPath> {
  const found = await walkTo(root, asked);
  if (found === null) return { asked, resolved: null, kind: 'absent', identity: null };
  const table = parseMountTable(await readFile('/proc/self/mountinfo', 'utf8'));
  const entry = table.find(({ id }) => id === found.mountId);
  const inFileSystem =
    entry === undefined ? null : pathInFileSystem(entry, posix.join(await realpath(root), found.path));
  if (inFileSystem === null) {
    throw new OperatorError(
      'unavailable',
      `the mount that ${asked} lies in is not in the mount table of the controller`,
    );
  }
  return { asked, resolved: found.path, kind: found.kind, identity: identityOf(found, inFileSystem) };
}

const identityOf = ({ device, inode, bornNs }: Found, root: string): FileIdentity => ({
  device,
  inode,
  bornNs,
  root,
});

/** Held open, so that another process which gets the number later is never taken for this one. */
async function openProcess(directory: string): Promise<FileHandle | null> {
  try {
    return await open(directory);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}

async function mountsOf(container: {
  readonly process: string;
  readonly id: string;
  readonly targets: readonly string[];
}): Promise<ContainerMountsSeen> {
  const { process, id, targets } = container;
  try {
    const table = parseMountTable(await readFile(`${process}/mountinfo`, 'utf8'));
    const cgroups = await readFile(`${process}/cgroup`, 'utf8');
    if (!cgroups.includes(id) && !hasHostNameOf(table, id)) {
      return unseen('the process that the engine names is not in this container: the controller has other processes');
    }
    const mounts: { target: string; identity: FileIdentity | null }[] = [];
    for (const target of targets) mounts.push({ target, identity: await mountedAt({ process, table, target }) });
    return { seen: true, mounts };
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ESRCH' || code === 'ENOENT') {
      throw new OperatorError('not-found', 'the process of the container has ended', { cause: thrown });
    }
    if (code === 'EACCES' || code === 'EPERM') {
      return unseen('the controller may not look at processes of containers (it needs CAP_SYS_PTRACE)');
    }
    throw new OperatorError('unavailable', `cannot look at the container: ${asOperatorError(thrown).message}`, {
      cause: thrown,
    });
  }
}

/** The engine mounts a file of its own directory for this container; nobody inside can mount anything. */
const hasHostNameOf = (table: readonly MountEntry[], id: string): boolean =>
  table.some(({ root, mountPoint }) => mountPoint === '/etc/hostname' && root.endsWith(`/${id}/hostname`));

/** null where nothing is mounted. A link of the image in the target is followed inside the container, as the runtime does. */
async function mountedAt(at: {
  readonly process: string;
  readonly table: readonly MountEntry[];
  readonly target: string;
}): Promise<FileIdentity | null> {
  const found = await walkTo(`${at.process}/root`, at.target);
  const entry = at.table.find(({ id }) => id === found?.mountId);
  if (found === null || entry === undefined || entry.mountPoint !== found.path) return null;
  return identityOf(found, entry.root);
}

const unseen = (why: string): ContainerMountsSeen => ({ seen: false, why });

const codeOf = (thrown: unknown): unknown => {
  const cause = thrown instanceof OperatorError ? thrown.cause : thrown;
  return cause instanceof Error && 'code' in cause ? cause.code : null;
};
