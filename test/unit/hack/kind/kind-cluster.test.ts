import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Command, CommandOutcome } from '../../../../hack/docker/run-command.ts';
import {
  CHART,
  CLUSTER_CONFIG,
  IMAGE,
  KIND_VALUES,
  kindDown,
  type KindParts,
  kindUp,
} from '../../../../hack/kind/kind-cluster.ts';
import { OperatorError } from '../../../../src/lib/errors.ts';

interface Machine {
  readonly has: readonly string[];
  /** By the beginning of the command line. */
  readonly prints?: Readonly<Record<string, string>>;
  readonly fails?: readonly string[];
  readonly isOnline?: boolean;
  readonly sessionsEnd?: boolean;
}

function machine({ has, prints = {}, fails = [], isOnline = true, sessionsEnd = true }: Machine) {
  const ran: string[] = [];
  const said: string[] = [];
  const run = async ({ program, args }: Command): Promise<CommandOutcome> => {
    const line = [program === process.execPath ? 'node' : program, ...args].join(' ');
    if (!has.includes(program) && program !== process.execPath) throw new OperatorError('unavailable', `no ${program}`);
    ran.push(line.replaceAll(CHART, 'CHART').replaceAll(CLUSTER_CONFIG, 'CONFIG'));
    const isFailing = fails.some((start) => line.startsWith(start));
    const stdout = Object.entries(prints).find(([start]) => line.startsWith(start))?.[1] ?? '';
    return { exitCode: isFailing ? 1 : 0, stdout, lastLines: isFailing ? 'its last words' : '' };
  };
  const parts: KindParts = {
    run,
    helm: () => Promise.resolve('helm'),
    isRegistryReachable: () => Promise.resolve(isOnline),
    endSessions: () => {
      ran.push('(sessions end)');
      return Promise.resolve(sessionsEnd);
    },
    kubeconfig: '/cache/kind.kubeconfig',
    say: (line) => said.push(line),
  };
  return { parts, ran, said };
}
const ALL = ['kind', 'docker', 'helm'];

test('everything that is missing is told at once, with where to get it, and nothing is made', async () => {
  const { parts, ran } = machine({ has: [] });
  await expect(kindUp(parts)).rejects.toMatchObject({
    kind: 'unavailable',
    message: [
      'make kind-up cannot run here:',
      '  kind is not on PATH: https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
      '  no Docker Engine answers: https://docs.docker.com/engine/install/, or node hack/docker.ts ensure',
      'A cluster without kind: make cluster-up',
    ].join('\n'),
  });
  expect(ran).toEqual([]);
  await expect(kindDown(parts)).rejects.toThrow('kind is not on PATH: https://kind.sigs.k8s.io');
});

test('without the internet a machine needs the node image of kind, and only then', async () => {
  const offline = machine({ has: ALL, isOnline: false });
  await expect(kindUp(offline.parts)).rejects.toThrow('registry-1.docker.io cannot be reached');
  expect(offline.ran).not.toContainEqual(expect.stringContaining('create'));
  const loaded = machine({ has: ALL, isOnline: false, prints: { 'docker image ls': '0123456789ab\n' } });
  await kindUp(loaded.parts);
  expect(loaded.ran).toContainEqual(expect.stringContaining('kind create cluster'));
});

test('makes the cluster, loads the image, installs the chart, and leaves the kubeconfig of the user alone', async () => {
  const { parts, ran, said } = machine({ has: ALL, prints: { 'kind get clusters': 'another\n' } });
  await kindUp(parts);
  expect(ran.slice(ran.indexOf('kind get clusters') + 1)).toEqual([
    'kind create cluster --name mcpsession --config CONFIG --kubeconfig /cache/kind.kubeconfig --wait 180s',
    'kind export kubeconfig --name mcpsession --kubeconfig /cache/kind.kubeconfig',
    `docker image inspect ${IMAGE}`,
    `kind load docker-image ${IMAGE} --name mcpsession`,
    'helm upgrade mcpsession CHART --install --values CHART/ci/kind-values.yaml --kubeconfig /cache/kind.kubeconfig --namespace mcpsession-system --create-namespace --wait --timeout 180s',
  ]);
  expect(said.at(-1)).toBe('kind: ready; export KUBECONFIG=/cache/kind.kubeconfig');
});

test('uses a cluster that is there, and builds an image that is not', async () => {
  const prints = { 'kind get clusters': 'another\nmcpsession\n' };
  const { parts, ran } = machine({ has: ALL, prints, fails: ['docker image inspect'] });
  await kindUp(parts);
  expect(ran).not.toContainEqual(expect.stringContaining('kind create'));
  expect(ran).toContainEqual(expect.stringMatching(/^node .*hack\/image\.ts --tag mcp-session-operator:dev$/));
});

test('what a program refuses is told with its last words', async () => {
  const { parts } = machine({ has: ALL, fails: ['kind create'] });
  await expect(kindUp(parts)).rejects.toMatchObject({
    kind: 'unavailable',
    message: '"kind create cluster" ended with code 1:\nits last words',
  });
});

test('ends the sessions before the cluster, since their containers would stay on the machine', async () => {
  const prints = { 'kind get clusters': 'mcpsession\n' };
  const gone = machine({ has: ALL, prints });
  await kindDown(gone.parts);
  expect(gone.ran.slice(-2)).toEqual(['(sessions end)', 'kind delete cluster --name mcpsession']);
  const hanging = machine({ has: ALL, prints, sessionsEnd: false });
  await kindDown(hanging.parts);
  expect(hanging.said[0]).toContain('"docker ps --all --filter label=mcpsession.dev/uid" shows them');
  expect(hanging.ran.at(-1)).toBe('kind delete cluster --name mcpsession');
  const none = machine({ has: ALL, prints: { 'kind get clusters': 'another\n' } });
  await kindDown(none.parts);
  expect(none.said).toEqual(['kind: there is no cluster mcpsession']);
});

test('the node of kind has the socket where the values look for it, alone in its directory', async () => {
  const config = parse(await readFile(CLUSTER_CONFIG, 'utf8')) as {
    readonly kind: string;
    readonly apiVersion: string;
    readonly nodes: readonly { readonly role: string; readonly extraMounts: readonly unknown[] }[];
  }; // kind's Cluster
  const values = parse(await readFile(KIND_VALUES, 'utf8')) as {
    readonly image: { readonly repository: string; readonly tag: string };
    readonly controller: { readonly docker: { readonly socketPath: string } };
  }; // values of our own chart
  expect([config.kind, config.apiVersion]).toEqual(['Cluster', 'kind.x-k8s.io/v1alpha4']);
  expect(config.nodes).toEqual([
    {
      role: 'control-plane',
      extraMounts: [{ hostPath: '/var/run/docker.sock', containerPath: values.controller.docker.socketPath }],
    },
  ]);
  expect(`${values.image.repository}:${values.image.tag}`).toBe(IMAGE);
});
