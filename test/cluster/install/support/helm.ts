// The chart on the cluster of this run, by helm as people use it. The first file that needs it installs it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KUBECONFIG } from '../../../../hack/cluster/layout.ts';
import { runCommand } from '../../../../hack/docker/run-command.ts';
import { ensureHelm } from '../../../../hack/helm.ts';
import { SYSTEM_NAMESPACE } from '../../../../src/model/names.ts';

export const RELEASE = 'mcpsession';
const CHART = join(import.meta.dirname, '../../../../charts/mcp-session-operator');
/** Far above the 60 s that the install test asks for, so that it fails there and with its words. */
const WAIT = ['--wait', '--timeout', '240s'];

/** What helm wrote; throws with it when it fails. Nothing is written into the home of this user. */
export async function helm(...args: readonly string[]): Promise<string> {
  const program = await ensureHelm({ environment: process.env, log: () => {} });
  const home = mkdtempSync(join(tmpdir(), 'mcpsession-helm-'));
  try {
    const { exitCode, stdout, lastLines } = await runCommand({
      program,
      args: ['--kubeconfig', KUBECONFIG, '--namespace', SYSTEM_NAMESPACE, ...args],
      environment: { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home },
    });
    if (exitCode !== 0) throw new Error(`helm ${args.join(' ')} ended with ${exitCode}: ${lastLines}`);
    return stdout;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** As README and docs/chart.md say: every value is the chart's own. */
export const install = (): Promise<string> => helm('install', RELEASE, CHART, '--create-namespace', ...WAIT);

export const upgrade = (...changes: readonly string[]): Promise<string> =>
  helm('upgrade', RELEASE, CHART, ...WAIT, ...changes);

/** To the release before the last change. */
export const rollback = (): Promise<string> => helm('rollback', RELEASE, ...WAIT);

export const uninstall = (): Promise<string> => helm('uninstall', RELEASE, ...WAIT);

/** For the first hook of a file. */
export async function ensureInstalled(): Promise<void> {
  if (!(await helm('list', '--short')).split('\n').includes(RELEASE)) await install();
}
