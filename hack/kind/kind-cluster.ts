// A cluster of kind with the operator in it, for machines with kind and the internet. Programs are run through `run`, so that what
// is asked of them can be tested where there is no kind.

import { join } from 'node:path';
import { OperatorError } from '../../src/lib/errors.ts';
import { CONTAINER_LABELS } from '../../src/model/names.ts';
import type { Command, CommandOutcome } from '../docker/run-command.ts';

export const CLUSTER_NAME = 'mcpsession';
export const IMAGE = 'mcp-session-operator:dev';
const ROOT = join(import.meta.dirname, '../..');
export const CLUSTER_CONFIG = join(import.meta.dirname, 'cluster.yaml');
export const CHART = join(ROOT, 'charts/mcp-session-operator');
export const KIND_VALUES = join(CHART, 'ci/kind-values.yaml');
const NAMESPACE = 'mcpsession-system';
const READY_WITHIN = '180s';

export interface KindParts {
  /** Rejects with 'unavailable' when the program is not there. */
  readonly run: (command: Command) => Promise<CommandOutcome>;
  /** Path of a helm program. */
  readonly helm: () => Promise<string>;
  readonly isRegistryReachable: () => Promise<boolean>;
  /** Deletes every session and waits until their containers are gone; false when the API server does not answer. */
  readonly endSessions: () => Promise<boolean>;
  readonly kubeconfig: string;
  readonly say: (line: string) => void;
}

/** Cluster, image and release; each is left as it is when it is there. Throws OperatorError('unavailable') with all that is missing. */
export async function kindUp(parts: KindParts): Promise<void> {
  const { kubeconfig, say } = parts;
  const problems = await whatIsMissing(parts);
  if (problems.length > 0) {
    const list = problems.map((problem) => `\n  ${problem}`).join('');
    throw new OperatorError(
      'unavailable',
      `make kind-up cannot run here:${list}\nA cluster without kind: make cluster-up`,
    );
  }
  if (await hasCluster(parts)) say(`kind: the cluster ${CLUSTER_NAME} is there`);
  else {
    say(`kind: making the cluster ${CLUSTER_NAME}`);
    const config = ['--config', CLUSTER_CONFIG, '--kubeconfig', kubeconfig];
    await must(parts, 'kind', ['create', 'cluster', ...named, ...config, '--wait', READY_WITHIN]);
  }
  await must(parts, 'kind', ['export', 'kubeconfig', ...named, '--kubeconfig', kubeconfig]);
  if (!(await succeeds(parts, { program: 'docker', args: ['image', 'inspect', IMAGE] }))) {
    say(`kind: building ${IMAGE}`);
    await must(parts, process.execPath, [join(ROOT, 'hack/image.ts'), '--tag', IMAGE]);
  }
  say(`kind: loading ${IMAGE}`);
  await must(parts, 'kind', ['load', 'docker-image', IMAGE, ...named]);
  say('kind: installing the chart');
  await must(parts, await parts.helm(), [
    ...['upgrade', 'mcpsession', CHART, '--install', '--values', KIND_VALUES, '--kubeconfig', kubeconfig],
    ...['--namespace', NAMESPACE, '--create-namespace', '--wait', '--timeout', READY_WITHIN],
  ]);
  say(`kind: ready; export KUBECONFIG=${kubeconfig}`);
}

/** Sessions first: they are containers of this machine, which do not go with the cluster. */
export async function kindDown(parts: KindParts): Promise<void> {
  const { say } = parts;
  if (!(await succeeds(parts, KIND_VERSION))) throw new OperatorError('unavailable', NO_KIND);
  if (!(await hasCluster(parts))) return say(`kind: there is no cluster ${CLUSTER_NAME}`);
  if (!(await parts.endSessions())) {
    const find = `docker ps --all --filter label=${CONTAINER_LABELS.uid}`;
    say(`kind: the API server does not answer: containers of sessions may stay behind; "${find}" shows them`);
  }
  await must(parts, 'kind', ['delete', 'cluster', ...named]);
  say(`kind: the cluster ${CLUSTER_NAME} is gone`);
}

const KIND_VERSION: Command = { program: 'kind', args: ['version'] };
const NO_KIND = 'kind is not on PATH: https://kind.sigs.k8s.io/docs/user/quick-start/#installation';
const named = ['--name', CLUSTER_NAME] as const;

/** Everything at once, each with where to get it. */
async function whatIsMissing(parts: KindParts): Promise<readonly string[]> {
  const problems: string[] = [];
  if (!(await succeeds(parts, KIND_VERSION))) problems.push(NO_KIND);
  if (!(await succeeds(parts, { program: 'docker', args: ['version'] }))) {
    problems.push('no Docker Engine answers: https://docs.docker.com/engine/install/, or node hack/docker.ts ensure');
  } else if (!(await hasNodeImage(parts)) && !(await parts.isRegistryReachable())) {
    problems.push(
      'no image kindest/node is on this machine, and registry-1.docker.io cannot be reached: connect the machine, or "docker load" the node image that the release notes of your kind name',
    );
  }
  return problems;
}

async function hasNodeImage({ run }: KindParts): Promise<boolean> {
  const { exitCode, stdout } = await run({ program: 'docker', args: ['image', 'ls', '--quiet', 'kindest/node'] });
  return exitCode === 0 && stdout.trim() !== '';
}

async function hasCluster(parts: KindParts): Promise<boolean> {
  return (await must(parts, 'kind', ['get', 'clusters'])).split('\n').includes(CLUSTER_NAME);
}

const succeeds = ({ run }: KindParts, command: Command): Promise<boolean> =>
  run(command).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );

async function must({ run }: KindParts, program: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, lastLines } = await run({ program, args });
  if (exitCode === 0) return stdout;
  const asked = [program, ...args.slice(0, 2)].join(' ');
  throw new OperatorError('unavailable', `"${asked}" ended with code ${exitCode}:\n${lastLines}`);
}
