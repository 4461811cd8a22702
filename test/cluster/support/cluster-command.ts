// hack/cluster as a person calls it, and kubectl on what it brought up.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { KUBECONFIG } from '../../../hack/cluster/layout.ts';
import { runCommand } from '../../../hack/docker/run-command.ts';
import { testBinaries } from '../../integration/embedded/binaries.ts';

const MAIN = fileURLToPath(new URL('../../../hack/cluster/main.ts', import.meta.url));

/** What the command wrote; throws with it when the command fails. */
export async function cluster(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, lastLines } = await runCommand({ program: process.execPath, args: [MAIN, ...args] });
  if (exitCode !== 0) throw new Error(`cluster ${args.join(' ')} ended with ${exitCode}: ${lastLines}`);
  return stdout;
}

/** The last line that the command wrote when it refused. */
export async function refusal(...args: readonly string[]): Promise<string> {
  const { exitCode, lastLines } = await runCommand({ program: process.execPath, args: [MAIN, ...args] });
  if (exitCode === 0) throw new Error(`cluster ${args.join(' ')} did not fail`);
  return lastLines.split('\n').at(-1) ?? '';
}

/** Not waited for: to be killed. */
export function startCluster(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
}

export async function kubectl(...args: readonly string[]): Promise<string> {
  const { kubectl: program } = await testBinaries();
  const { exitCode, stdout, lastLines } = await runCommand({ program, args: ['--kubeconfig', KUBECONFIG, ...args] });
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${exitCode}: ${lastLines}`);
  return stdout.trim();
}

/** All that kubectl wrote to standard error when it failed. */
export async function kubectlRefusal(...args: readonly string[]): Promise<string> {
  const { kubectl: program } = await testBinaries();
  const child = spawn(program, ['--kubeconfig', KUBECONFIG, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code === 0) throw new Error(`kubectl ${args.join(' ')} did not fail`);
  return said;
}

/** Server-side apply of one object. Rejects with what kubectl says. */
export async function apply(object: object): Promise<void> {
  const { kubectl: program } = await testBinaries();
  const child = spawn(program, ['--kubeconfig', KUBECONFIG, 'apply', '--server-side', '-f', '-']);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdin.end(JSON.stringify(object));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(said.trim());
}
