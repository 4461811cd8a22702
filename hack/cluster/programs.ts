// The programs of the cluster: Kubernetes and etcd as for the control plane of `up`, and the parts of a node, all in the
// project's cache; container engines and network tools as Debian packages.

import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import { progressText } from '../../src/embedded/binaries/obtain-progress.ts';
import {
  controlPlaneCacheDir,
  NODE_PROGRAMS,
  OFFICIAL_RELEASE_SITES,
  PROGRAMS,
  releaseArchitecture,
} from '../../src/embedded/binaries/release.ts';
import { obtainPrograms } from '../../src/embedded/obtain-control-plane.ts';
import { OperatorError } from '../../src/lib/errors.ts';
import { unpackPackage } from '../docker/unpack-package.ts';
import { installPackage } from '../install-package.ts';
import { CACHE_MOUNT } from './layout.ts';
import { ensurePauseImage } from './pause-image.ts';

/** A program that must be on PATH, and the Debian package that brings it. */
const TOOLS: Readonly<Record<string, string>> = {
  dockerd: 'docker.io',
  containerd: 'docker.io',
  ctr: 'docker.io',
  runc: 'docker.io',
  ip: 'iproute2',
  iptables: 'iptables',
  unshare: 'util-linux',
  mount: 'mount',
};
const CNI_PACKAGE = 'containernetworking-plugins';
/** Node's own PATH may lack the directories of administrators' programs. */
export const TOOL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Directories below the cache. In the namespaces of the cluster the cache is at CACHE_MOUNT. */
export interface ClusterPrograms {
  readonly cacheDir: string;
  /** etcd, kube-apiserver, kubectl. */
  readonly controlPlaneDir: string;
  /** kubelet, kube-controller-manager, kube-scheduler, kube-proxy. */
  readonly nodeDir: string;
  readonly cniDir: string;
  readonly pauseImage: string;
}

export type Log = (line: string) => void;

/** Builds or fetches what is missing; minutes on the first call, milliseconds later. Throws OperatorError with what to do. */
export async function obtainClusterPrograms(log: Log, signal: AbortSignal): Promise<ClusterPrograms> {
  const architecture = releaseArchitecture(process.arch);
  const cacheHome = process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`;
  const controlPlaneDir = controlPlaneCacheDir(cacheHome, architecture);
  const cacheDir = join(cacheHome, 'mcpsession');
  const programs = {
    cacheDir,
    controlPlaneDir,
    nodeDir: `${controlPlaneDir}-node`,
    cniDir: join(cacheDir, 'debian', CNI_PACKAGE, 'usr/lib/cni'),
    pauseImage: join(cacheDir, 'pause.tar'),
  };
  await installTools(log);
  const common = {
    architecture,
    releaseSites: process.env['MCPSESSION_OFFLINE'] === '1' ? null : OFFICIAL_RELEASE_SITES,
    sourceDir: join(import.meta.dirname, '../control-plane'),
    environment: process.env,
    onProgress: (progress: Parameters<typeof progressText>[0]) => log(progressText(progress)),
  };
  await obtainPrograms({ ...common, programs: PROGRAMS, cacheDir: controlPlaneDir }, signal);
  await obtainPrograms({ ...common, programs: NODE_PROGRAMS, cacheDir: programs.nodeDir }, signal);
  await ensureCniPlugins(programs.cniDir, log);
  await ensurePauseImage(programs.pauseImage, log);
  return programs;
}

/** The same directories as processes of the cluster see them. */
export function insideCluster(programs: ClusterPrograms): ClusterPrograms {
  const inside = (path: string): string => path.replace(programs.cacheDir, CACHE_MOUNT);
  return {
    cacheDir: CACHE_MOUNT,
    controlPlaneDir: inside(programs.controlPlaneDir),
    nodeDir: inside(programs.nodeDir),
    cniDir: inside(programs.cniDir),
    pauseImage: inside(programs.pauseImage),
  };
}

async function installTools(log: Log): Promise<void> {
  for (const [tool, packageName] of Object.entries(TOOLS)) {
    if (isOnPath(tool)) continue;
    log(`cluster: installing Debian's ${packageName} for ${tool}`);
    await installPackage(packageName, `install ${packageName} yourself`);
    if (!isOnPath(tool))
      throw new OperatorError('unavailable', `${packageName} is installed, but there is no ${tool} in ${TOOL_PATH}`);
  }
}

function isOnPath(tool: string): boolean {
  return TOOL_PATH.split(delimiter).some((dir) => existsSync(join(dir, tool)));
}

/** Unpacked beside and moved into place: a directory with the name is whole. */
async function ensureCniPlugins(cniDir: string, log: Log): Promise<void> {
  if (existsSync(join(cniDir, 'bridge'))) return;
  log(`cluster: fetching Debian's ${CNI_PACKAGE} by apt-get (it is not installed, only unpacked)`);
  const target = join(cniDir, '../../..');
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await unpackPackage(CNI_PACKAGE, partial);
  await rm(target, { recursive: true, force: true });
  await rename(partial, target);
}
