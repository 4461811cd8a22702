// A directory of the node that holds programs with the shared libraries that they need, and how a session container mounts it: the
// loaders and the libraries come to lie where the programs look for them, whatever the image has.

import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { runCommand } from '../../../hack/docker/run-command.ts';
import type { ContainerMount } from '../../../src/model/container.ts';

/** Where programs and workloads are inside the container. */
export const RUNTIMES = '/opt/runtimes';
/** Of the loader of x86-64; that of AArch64 is in /lib. */
const LIB64 = '/lib64';
/** As Debian names its directories of libraries. */
export const TRIPLET = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';

export interface Stage {
  readonly mounts: readonly ContainerMount[];
  /** Path on the node of a file below RUNTIMES. */
  path(name: string): string;
  /** Copies a file; its path inside the container. */
  addFile(file: string, name?: string): string;
  /** Copies a program of the node with its libraries; its path inside the container. */
  addProgram(program: string): Promise<string>;
  /** Copies the libraries of a program, without those in its own home. */
  addLibrariesOf(program: string, home: string): Promise<void>;
  /** Copies a library or a loader to where programs look for it. */
  addLibrary(file: string, path: string): void;
  remove(): void;
}

/** Below /srv, since temporary directories and homes may not be mounted into sessions. */
export function createStage(): Stage {
  const dir = mkdtempSync('/srv/mcps-runtimes-');
  chmodSync(dir, 0o755);
  const opened = (path: string): string => {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    return path;
  };
  for (const tree of ['runtimes', 'lib', 'lib64']) opened(join(dir, tree));

  function addFile(file: string, name = basename(file)): string {
    const to = join(dir, 'runtimes', name);
    opened(dirname(to));
    copyFileSync(file, to);
    return join(RUNTIMES, name);
  }

  function addLibrary(file: string, path: string): void {
    const to = join(dir, path);
    opened(dirname(to));
    copyFileSync(file, to);
  }

  async function addLibrariesOf(program: string, home: string): Promise<void> {
    for (const { file, path } of await librariesOf(program)) if (!file.startsWith(`${home}/`)) addLibrary(file, path);
  }

  return {
    mounts: [
      readOnly(join(dir, 'runtimes'), RUNTIMES),
      readOnly(join(dir, 'lib'), '/lib'),
      ...(process.arch === 'x64' ? [readOnly(join(dir, 'lib64'), LIB64)] : []),
    ],
    path: (name) => join(dir, 'runtimes', name),
    addFile,
    addLibrary,
    addLibrariesOf,
    addProgram: async (program) => {
      await addLibrariesOf(program, dirname(program));
      return addFile(program);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export const readOnly = (source: string, target: string): ContainerMount => ({
  type: 'bind',
  source,
  target,
  readOnly: true,
  propagation: 'rprivate',
  recursive: false,
});

interface Library {
  readonly file: string;
  /** Where it is looked for in the container. */
  readonly path: string;
}

/** As ldd(1) finds them: "libc.so.6 => /lib/.../libc.so.6 (0x...)", and the loader by its path alone. None for a static program. */
async function librariesOf(program: string): Promise<readonly Library[]> {
  const { exitCode, stdout, lastLines } = await runCommand({ program: 'ldd', args: [program] });
  if (exitCode !== 0) {
    if (/not a dynamic executable|statically linked/.test(lastLines)) return [];
    throw new Error(`ldd ${program}: ${lastLines}`);
  }
  return [...stdout.matchAll(/^\s*(?:(\S+) => )?(\/\S+) \(0x/gm)].map(([, name, file = '']) => ({
    file,
    path: name === undefined ? file : join('/lib', TRIPLET, name),
  }));
}
