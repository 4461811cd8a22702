// `mcpsession controller`: one on each node, beside the Docker Engine. A node without an engine is a state that its McpNode tells,
// not a fault: the program waits for the engine. Containers outlive it.

import { availableParallelism } from 'node:os';
import { createDockerEngine } from '../../docker/engine.ts';
import { clusterId } from '../../kube/install.ts';
import { lockBySessionInit } from '../../process/file-lock.ts';
import type { Shutdown } from '../../process/shutdown.ts';
import { firstFailure, untilAborted } from '../first-failure.ts';
import { startController } from '../roles/controller.ts';
import { sessionInitFile } from '../up/paths.ts';
import { openProgram, type ProgramHost } from './open-program.ts';
import type { RoleProgram } from './read-program.ts';

export async function runController(
  program: RoleProgram<'controller'>,
  host: ProgramHost,
  shutdown: Shutdown,
): Promise<void> {
  const { settings, pod } = program;
  const { nodeName, podIp } = pod;
  const { signal } = shutdown;
  const opened = await openProgram(program, host, shutdown);
  const cluster = await opened.eventually('the identity of the cluster', () => clusterId(opened.client, signal));
  const initFile = sessionInitFile();
  const { socketPath, apiVersion } = settings.docker;
  const home = { socketPath, apiVersion, cluster, log: opened.ownLog };
  const engine = createDockerEngine({ ...home, nodeName, sessionInitFile: initFile });
  const controller = await startController(
    opened,
    {
      engine,
      engineOf: (formerName) => createDockerEngine({ ...home, nodeName: formerName }),
      cluster,
      nodeName,
      nodeApiHost: podIp,
      nodeApiPort: settings.nodeApi.port,
      logDir: `${settings.stateDir}/session-logs`,
      stateDir: `${settings.stateDir}/node-state`,
      lockProgram: lockBySessionInit(initFile),
      concurrency: settings.concurrency ?? 2 * availableParallelism(),
      intervals: { sweepMs: settings.sweepIntervalSeconds * 1000 },
    },
    signal,
  );
  shutdown.onClose('controller', () => controller.close());
  opened.readyWhen(() => ({ sessions: controller.isReady() }));
  opened.ownLog.info('serving', { node: nodeName, cluster, nodeApi: controller.nodeApiUrl });
  await Promise.race([
    untilAborted(signal),
    firstFailure({ controller: controller.done, policy: opened.policies.keep(signal) }),
  ]);
}
