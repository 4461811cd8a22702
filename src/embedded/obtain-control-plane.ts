// Obtains the programs of the control plane: the user's own, the cached ones, the official release files, or a build from
// the published Go modules; the first that works, in this order.

import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { OperatorError } from '../lib/errors.ts';
import { type FileLock, FLOCK_PROGRAM, tryLockFile } from '../process/file-lock.ts';
import { checkAssetsDir } from './binaries/assets-dir.ts';
import { missingPrograms, removePartials } from './binaries/binary-cache.ts';
import { fillCache } from './binaries/fill-cache.ts';
import { GO_PROGRAMS } from './binaries/go-toolchain.ts';
import { type ReportProgress, reportWhile } from './binaries/obtain-progress.ts';
import {
  type Architecture,
  KUBERNETES_VERSION,
  type Program,
  PROGRAMS,
  type ReleaseSites,
} from './binaries/release.ts';

const LOCK_POLL_MS = 250;
const ANSWER_WITHIN_MS = 3_000;

export interface ObtainOptions {
  /** A directory with the three programs (KUBEBUILDER_ASSETS); when given, nothing else is tried. */
  readonly assetsDir: string | null;
  /** Of this version and processor: controlPlaneCacheDir(). Created when absent. */
  readonly cacheDir: string;
  readonly architecture: Architecture;
  /** null: do not look for release files. */
  readonly releaseSites: ReleaseSites | null;
  /** How long a site may take to answer before the next way is tried; short, so that an offline machine moves on. */
  readonly answerWithinMs?: number;
  /** The directory of hack/control-plane's go.mod; null: do not build. */
  readonly sourceDir: string | null;
  readonly goPrograms?: readonly string[];
  /** For the Go toolchain: PATH, HOME and Go's own settings. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress: ReportProgress;
}

export interface ControlPlaneBinaries {
  /** Paths. */
  readonly kubeApiserver: string;
  readonly etcd: string;
  readonly kubectl: string;
  /** Of Kubernetes, such as v1.36.3. */
  readonly version: string;
  /** How they came to be here in this call; `build` when any of them was built. */
  readonly source: 'assets' | 'cache' | 'download' | 'build';
}

/**
 * Throws OperatorError with what to do: 'invalid' for a directory without the programs or a wrong checksum, 'unavailable'
 * when no way is open, 'cancelled' on abort. Then nothing half-written is left, and what was finished stays in the cache.
 */
export async function obtainControlPlane(options: ObtainOptions, signal: AbortSignal): Promise<ControlPlaneBinaries> {
  if (options.assetsDir !== null) {
    const version = await checkAssetsDir(options.assetsDir, signal).catch((cause: unknown) => {
      throw explain(cause, options.cacheDir, signal);
    });
    return binariesIn(options.assetsDir, { version, source: 'assets' });
  }
  const source = await obtainPrograms({ ...options, programs: PROGRAMS }, signal);
  return binariesIn(options.cacheDir, { version: KUBERNETES_VERSION, source });
}

export interface ProgramOptions extends Omit<ObtainOptions, 'assetsDir'> {
  readonly programs: readonly Program[];
}

/** Brings the programs into cacheDir, which no other set of programs may share. Throws like obtainControlPlane. */
export async function obtainPrograms(
  options: ProgramOptions,
  signal: AbortSignal,
): Promise<'cache' | 'download' | 'build'> {
  try {
    return await bringCacheUp(options, signal);
  } catch (cause) {
    throw explain(cause, options.cacheDir, signal);
  }
}

function explain(thrown: unknown, cacheDir: string, signal: AbortSignal): unknown {
  if (!signal.aborted) return explainFileError(thrown, cacheDir);
  return new OperatorError('cancelled', 'obtaining the programs of Kubernetes was cancelled', { cause: thrown });
}

async function bringCacheUp(options: ProgramOptions, signal: AbortSignal): Promise<'cache' | 'download' | 'build'> {
  if ((await missingPrograms(options.cacheDir, options.programs)).length === 0) return 'cache';
  await mkdir(options.cacheDir, { recursive: true });
  const lock = await waitForLock(options, signal);
  try {
    await removePartials(options.cacheDir);
    const missing = await missingPrograms(options.cacheDir, options.programs); // another process may have filled it meanwhile
    if (missing.length === 0) return 'cache';
    try {
      const { answerWithinMs = ANSWER_WITHIN_MS, goPrograms = GO_PROGRAMS } = options;
      return await fillCache({ ...options, missing, answerWithinMs, goPrograms }, signal);
    } finally {
      await removePartials(options.cacheDir);
    }
  } finally {
    lock.release();
  }
}

async function waitForLock({ cacheDir, onProgress, programs }: ProgramOptions, signal: AbortSignal): Promise<FileLock> {
  const path = `${cacheDir}/lock`;
  const first = await tryLockFile(path, FLOCK_PROGRAM);
  if (first.ok) return first.value;
  const step = { binary: programs[0] ?? PROGRAMS[0], phase: 'waiting', index: 1, total: programs.length } as const;
  return reportWhile(onProgress, step, async () => {
    for (;;) {
      await sleep(LOCK_POLL_MS, undefined, { signal });
      const next = await tryLockFile(path, FLOCK_PROGRAM);
      if (next.ok) return next.value;
    }
  });
}

/** Turns what the file system says about the cache into a sentence; leaves every other fault as it is. */
function explainFileError(thrown: unknown, cacheDir: string): unknown {
  if (thrown instanceof OperatorError) return thrown;
  const { code, syscall } = thrown as NodeJS.ErrnoException; // fs and spawn errors have both, others neither
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new OperatorError(
      'unavailable',
      `no space left in ${cacheDir}; free 200 MB, or point XDG_CACHE_HOME elsewhere, then try again`,
      { cause: thrown },
    );
  }
  // On a read-only file system Node's recursive mkdir says ENOENT.
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || syscall === 'mkdir') {
    return new OperatorError(
      'forbidden',
      `cannot write the cache ${cacheDir} (${code}); make it writable, or point XDG_CACHE_HOME elsewhere`,
      { cause: thrown },
    );
  }
  return thrown;
}

function binariesIn(
  dir: string,
  { version, source }: Pick<ControlPlaneBinaries, 'version' | 'source'>,
): ControlPlaneBinaries {
  const path = (program: Program): string => `${dir}/${program}`;
  return { etcd: path('etcd'), kubeApiserver: path('kube-apiserver'), kubectl: path('kubectl'), version, source };
}
