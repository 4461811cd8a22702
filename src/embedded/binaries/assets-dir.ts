// A directory that the user filled: checked, never written. The name and layout are those of KUBEBUILDER_ASSETS.

import { OperatorError } from '../../lib/errors.ts';
import { isExecutable } from './binary-cache.ts';
import { PROGRAMS } from './release.ts';
import { runTool } from './run-tool.ts';

/** The Kubernetes version of the programs in dir. Throws OperatorError('invalid') when one is missing or does not run. */
export async function checkAssetsDir(dir: string, signal: AbortSignal): Promise<string> {
  const present = await Promise.all(PROGRAMS.map((program) => isExecutable(`${dir}/${program}`)));
  const missing = PROGRAMS.filter((_, index) => !present[index]);
  if (missing.length > 0) {
    throw new OperatorError(
      'invalid',
      `the control plane directory ${dir} has no executable ${missing.join(', ')}; put ${PROGRAMS.join(', ')} there, or unset KUBEBUILDER_ASSETS to have them obtained`,
    );
  }
  const path = `${dir}/kube-apiserver`;
  const outcome = await runTool({ program: path, args: ['--version'], cwd: dir, environment: {} }, signal).catch(
    (cause: unknown) => {
      signal.throwIfAborted();
      throw new OperatorError(
        'invalid',
        `${path} does not run on this machine; replace it, or unset KUBEBUILDER_ASSETS`,
        {
          cause,
        },
      );
    },
  );
  const version = /^Kubernetes (v\S+)/m.exec(outcome.lastLines)?.[1];
  if (version !== undefined) return version;
  throw new OperatorError(
    'invalid',
    `"${path} --version" ended with code ${outcome.exitCode} and names no Kubernetes version; replace it, or unset KUBEBUILDER_ASSETS`,
  );
}
