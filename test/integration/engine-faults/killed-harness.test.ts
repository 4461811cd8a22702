// The fault harness itself is killed: what it leaves is named after the process that made it, and the next run takes it away.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../../faults/bundle.ts';
import { openEngine } from '../../faults/rig/engine.ts';
import { removeLeftovers } from '../../faults/rig/leftovers.ts';
import { labelled } from '../../faults/rig/remove.ts';
import { SENTINEL_PREFIX } from '../../faults/rig/sentinels.ts';
import { waitFor } from '../../support/wait-for.ts';

const CLUSTER = 'mcpsession.dev/cluster';
const engine = openEngine();

interface Proc {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): readonly Proc[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}

function below(pid: number, all: readonly Proc[]): readonly Proc[] {
  return all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid, all)]);
}

/** In words, everything that a worker made and that is still there. */
async function leftOf(worker: number): Promise<readonly string[]> {
  const isIts = (cluster = ''): boolean => cluster.includes(`-faults-${worker}-`);
  const containers = (await engine.list(CLUSTER)).filter(({ Labels }) => isIts(Labels[CLUSTER]));
  const { body } = await engine.call('GET', '/containers/json?all=1');
  const named = (body as readonly { readonly Names: readonly string[] }[]) // the engine's documented answer
    .flatMap(({ Names }) => Names)
    .filter((name) => name.startsWith(`/${SENTINEL_PREFIX}${worker}-`));
  const parts = [...(await labelled(engine, 'networks')), ...(await labelled(engine, 'volumes'))];
  const dirs = readdirSync(tmpdir()).filter((name) => name.startsWith(`mcpsession-faults-${worker}-`));
  return [
    ...containers.map(({ Names }) => `container ${Names[0]}`),
    ...named.map((name) => `container ${name}`),
    ...parts.filter(({ labels }) => isIts(labels[CLUSTER])).map(({ name }) => `network or volume ${name}`),
    ...dirs.map((name) => `directory ${name}`),
  ];
}

test('a harness that is killed leaves no process, and the next run removes the rest', {
  timeout: 240_000,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mcpsession-killed-harness-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const options = ['--plans', '1', '--sample', '--workers', '1', '--workload', 'W15'];
  const harness = spawn(process.execPath, ['test/faults/main.ts', ...options, '--report', join(dir, 'faults.json')], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  onTestFinished(() => void harness.kill('SIGKILL'));
  const worker = await waitFor('a worker', () => {
    const found = below(harness.pid ?? 0, processes()).find(({ command }) => command.includes('worker.ts'));
    return found?.pid ?? null;
  });
  await waitFor(
    'a network of a session',
    async () => (await leftOf(worker)).some((what) => what.startsWith('network or volume')),
    120_000,
  );
  const all = below(harness.pid ?? 0, processes());
  expect(all.some(({ command }) => command.includes('kube-apiserver'))).toBe(true);
  expect(all.some(({ command }) => command.includes('controller.mjs'))).toBe(true);

  harness.kill('SIGKILL');
  await waitFor('the end of all processes of the harness', () => {
    const running = new Set(processes().map(({ pid, command }) => `${pid} ${command}`));
    return all.every(({ pid, command }) => !running.has(`${pid} ${command}`));
  });
  expect(await leftOf(worker)).toContainEqual(expect.stringContaining('container'));

  await removeLeftovers();
  expect(await leftOf(worker)).toEqual([]);
});
