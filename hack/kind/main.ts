// A cluster of kind with the operator in it. Needs kind, a Docker Engine and the internet.
//   node hack/kind/main.ts up     cluster, image, chart; what is there already is used
//   node hack/kind/main.ts down   sessions, then the cluster

import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { asOperatorError, OperatorError } from '../../src/lib/errors.ts';
import { runCommand } from '../docker/run-command.ts';
import { ensureHelm } from '../helm.ts';
import { endSessions } from './end-sessions.ts';
import { kindDown, type KindParts, kindUp } from './kind-cluster.ts';

const REGISTRY = 'https://registry-1.docker.io/v2/';
const ANSWER_WITHIN_MS = 5_000;

async function main(words: readonly string[]): Promise<void> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mcpsession');
  await mkdir(cache, { recursive: true });
  const kubeconfig = join(cache, 'kind.kubeconfig');
  const say = (line: string): void => console.error(line);
  const parts: KindParts = {
    run: runCommand,
    helm: () => ensureHelm({ environment: process.env, log: say }),
    isRegistryReachable,
    endSessions: () => endSessions(kubeconfig),
    kubeconfig,
    say,
  };
  if (words.join(' ') === 'up') return kindUp(parts);
  if (words.join(' ') === 'down') return kindDown(parts);
  throw new OperatorError('invalid', 'usage: node hack/kind/main.ts up | down');
}

/** Whatever it answers: without an account that is a refusal. */
async function isRegistryReachable(): Promise<boolean> {
  return fetch(REGISTRY, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((thrown: unknown) => {
    console.error(asOperatorError(thrown).message);
    process.exitCode = 1;
  });
}
