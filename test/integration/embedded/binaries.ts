// The control plane's programs for tests: obtained once per machine into the same cache that the demo uses.

import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';

import { progressText } from '../../../src/embedded/binaries/obtain-progress.ts';
import {
  controlPlaneCacheDir,
  OFFICIAL_RELEASE_SITES,
  releaseArchitecture,
} from '../../../src/embedded/binaries/release.ts';
import { type ControlPlaneBinaries, obtainControlPlane } from '../../../src/embedded/obtain-control-plane.ts';

export function testBinaries(): Promise<ControlPlaneBinaries> {
  const architecture = releaseArchitecture(process.arch);
  const cacheHome = process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`;
  return obtainControlPlane(
    {
      assetsDir: process.env['KUBEBUILDER_ASSETS'] ?? null,
      cacheDir: controlPlaneCacheDir(cacheHome, architecture),
      architecture,
      releaseSites: OFFICIAL_RELEASE_SITES,
      sourceDir: fileURLToPath(new URL('../../../hack/control-plane', import.meta.url)),
      environment: process.env,
      onProgress: (progress) => console.error(progressText(progress)),
    },
    new AbortController().signal,
  );
}
