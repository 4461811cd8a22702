// Builds one program from the published Go modules that hack/control-plane/go.mod pins.

import { mkdir, rm } from 'node:fs/promises';

import { OperatorError } from '../../lib/errors.ts';
import { PARTIAL_PREFIX } from './binary-cache.ts';
import { type Architecture, KUBERNETES_VERSION, PACKAGES, type Program } from './release.ts';
import { runTool } from './run-tool.ts';

/** Kubernetes' own build scripts set both; the first is what `kubectl version` and /version show. */
const VERSION_PACKAGES = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];

export interface ProgramBuild {
  readonly program: Program;
  readonly goProgram: string;
  readonly sourceDir: string;
  readonly cacheDir: string;
  readonly partialPath: string;
  readonly architecture: Architecture;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Throws OperatorError('unavailable') with the end of go's output when the build fails. */
export async function buildProgram(build: ProgramBuild, signal: AbortSignal): Promise<void> {
  const workDir = `${build.cacheDir}/${PARTIAL_PREFIX}go`;
  await mkdir(workDir, { recursive: true });
  try {
    const args = ['build', '-trimpath', `-ldflags=${linkerFlags()}`, '-o', build.partialPath, PACKAGES[build.program]];
    const outcome = await runTool(
      { program: build.goProgram, args, cwd: build.sourceDir, environment: buildEnvironment(build, workDir) },
      signal,
    );
    if (outcome.exitCode !== 0) throw buildFailed(build, outcome.lastLines);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** The user's own Go settings (proxy, caches) stay; what would change the result is fixed. */
function buildEnvironment(build: ProgramBuild, workDir: string): Readonly<Record<string, string | undefined>> {
  return {
    ...build.environment,
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=readonly -buildvcs=false',
    GOOS: 'linux',
    GOARCH: build.architecture,
    GOTMPDIR: workDir,
    GOWORK: 'off',
  };
}

function linkerFlags(): string {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(KUBERNETES_VERSION) ?? [];
  const values = { gitVersion: KUBERNETES_VERSION, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const settings = VERSION_PACKAGES.flatMap((name) =>
    Object.entries(values).map(([variable, value]) => `-X ${name}.${variable}=${value}`),
  );
  return ['-s', '-w', ...settings].join(' ');
}

function buildFailed({ program, cacheDir }: ProgramBuild, lastLines: string): OperatorError {
  if (lastLines.includes('no space left on device')) {
    return new OperatorError(
      'unavailable',
      `no space left while building ${program}; free 200 MB in ${cacheDir} and 3 GB in Go's caches (go env GOCACHE GOMODCACHE), then try again`,
    );
  }
  return new OperatorError(
    'unavailable',
    `go did not build ${program}; see to what it says (GOPROXY names where modules come from) and try again. Its last lines:\n${lastLines}`,
  );
}
