// The other baseline: `docker run -d` as a person would type it, with every option that the controller sets.

import { execFile } from 'node:child_process';

import { printTmpfs } from '../../../src/docker/tmpfs-options.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import { labelsOf } from '../../../src/docker/identity-labels.ts';

export async function hasDockerCli(): Promise<boolean> {
  return runDocker(['--version']).then(
    () => true,
    () => false,
  );
}

/** Resolves with the container's id when the CLI has ended. */
export async function dockerRun(socketPath: string, spec: ContainerSpec): Promise<string> {
  const output = await runDocker(['--host', `unix://${socketPath}`, 'run', '--detach', ...optionsOf(spec)]);
  return output.trim();
}

function runDocker(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('docker', [...args], (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      reject(
        new OperatorError('unavailable', `docker ${args[0] ?? ''} failed: ${stderr.trim() || error.message}`, {
          cause: error,
        }),
      );
    });
  });
}

function optionsOf(spec: ContainerSpec): readonly string[] {
  const [entrypoint = '', ...entrypointArgs] = spec.entrypoint;
  const options: readonly (readonly [string, string])[] = [
    ['--name', spec.containerName],
    ['--network', spec.networkMode],
    ['--ipc', spec.ipcMode],
    ['--cgroupns', spec.cgroupnsMode],
    ['--runtime', spec.runtime],
    ['--security-opt', `no-new-privileges:${spec.noNewPrivileges}`],
    ['--cpus', String(spec.nanoCpus / 1e9)],
    ['--cpu-shares', String(spec.cpuShares)],
    ['--memory', String(spec.memoryBytes)],
    ['--memory-swap', String(spec.memorySwapBytes)],
    ['--pids-limit', String(spec.pidsLimit)],
    ['--shm-size', String(spec.shmBytes)],
    ['--log-driver', spec.logDriver],
    ['--restart', spec.restartPolicy],
    ['--stop-signal', spec.stopSignal],
    ['--user', spec.user],
    ['--workdir', spec.workingDir],
    ['--entrypoint', entrypoint],
    ['--pull', 'never'],
    ...spec.capabilitiesDropped.map((name) => ['--cap-drop', name] as const),
    ...spec.ulimits.map(({ name, soft, hard }) => ['--ulimit', `${name}=${soft}:${hard}`] as const),
    ...spec.env.map(({ name, value }) => ['--env', `${name}=${value}`] as const),
    ...pairs('--label', labelsOf(spec.identity)),
    ...pairs('--log-opt', spec.logOptions),
    ...Object.entries(printTmpfs(spec.tmpfs)).map(([path, text]) => ['--tmpfs', `${path}:${text}`] as const),
  ];
  const flags = ['--read-only', '--no-healthcheck', ...(spec.init ? ['--init'] : [])];
  return [...flags, ...options.flat(), spec.imageId, ...entrypointArgs, ...spec.command];
}

const pairs = (option: string, values: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(values).map(([key, value]) => [option, `${key}=${value}`] as const);
