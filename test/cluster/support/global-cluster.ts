// vitest globalSetup: one cluster with two nodes for all files, with the operator's image for pods and the image of sessions,
// and a snapshot of the machine from before. With MCPSESSION_KEEP_CLUSTER=1 it is left up, and the next run goes on with it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';
import { parse } from 'yaml';

import { whyNoCluster } from '../../../hack/cluster/can-run.ts';
import { clusterProcesses } from '../../../hack/cluster/cgroups.ts';
import { obtainClusterPrograms } from '../../../hack/cluster/programs.ts';
import { run } from '../../../hack/cluster/run.ts';
import type { Snapshot } from '../../../hack/cluster/snapshot/differences.ts';
import { takeSnapshot } from '../../../hack/cluster/snapshot/take-snapshot.ts';
import { ensureDocker } from '../../../hack/docker.ts';
import { ensureSessionImage, SESSION_IMAGE } from '../../../hack/session-image.ts';
import { cluster } from './cluster-command.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly machineBefore: Snapshot;
    /** The one that the chart asks for by default. */
    readonly operatorImage: string;
  }
}

const ROOT = join(import.meta.dirname, '../../..');
const log = (line: string): void => void process.stdout.write(`${line}\n`);

export default async function setupCluster(project: TestProject): Promise<() => Promise<void>> {
  const why = await whyNoCluster();
  if (why !== null) throw new Error(why);
  const isKept = process.env['MCPSESSION_KEEP_CLUSTER'] === '1';
  const isUp = (await clusterProcesses()).length > 0;
  if (isUp && !isKept) throw new Error('a cluster is up; take it down before these tests');
  const engine = await ensureDocker({ log });
  await ensureSessionImage({ socketPath: engine.socketPath, log });
  await obtainClusterPrograms(log, new AbortController().signal); // installs what is missing: not the cluster's doing
  const operatorImage = await chartImage();
  project.provide('machineBefore', await takeSnapshot());
  project.provide('operatorImage', operatorImage);
  if (!isUp) await bringUp(operatorImage).catch(takeDownAndThrow);
  return async () => {
    if (!isKept) await cluster('down');
    await engine.stop();
  };
}

/** The image is built while the control plane starts. */
async function bringUp(operatorImage: string): Promise<void> {
  const beganMs = performance.now();
  const say = (what: string): void => log(`cluster: ${what} after ${seconds(performance.now() - beganMs)}`);
  await Promise.all([
    run(process.execPath, join(ROOT, 'hack/image.ts'), '--tag', operatorImage).then(() =>
      say(`${operatorImage} built`),
    ),
    cluster('up', '--nodes', '2').then(() => say('two nodes up')),
  ]);
  await cluster('load', '--to', 'pods', operatorImage);
  await cluster('load', '--to', 'sessions', SESSION_IMAGE);
  say('images loaded');
}

async function takeDownAndThrow(cause: unknown): Promise<never> {
  await cluster('down');
  throw cause;
}

async function chartImage(): Promise<string> {
  const chart: unknown = parse(await readFile(join(ROOT, 'charts/mcp-session-operator/Chart.yaml'), 'utf8'));
  const { name, appVersion } = chart as { readonly name: string; readonly appVersion: string }; // our own file
  return `${name}:${appVersion}`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
