// The controller as a process of its own that can be killed: the real role, between the proxies of the harness.

import { startController } from '../../../src/compose/roles/controller.ts';
import { createDockerEngine } from '../../../src/docker/engine.ts';
import { lockBySessionInit } from '../../../src/process/file-lock.ts';
import { serveRole } from './serve.ts';

serveRole('mcpsession-controller', async (context, order, signal) => {
  const { dockerSocket, cluster, nodeName, logDir, stateDir, concurrency, intervals, sessionInitFile } = order;
  const engine = createDockerEngine({
    socketPath: dockerSocket,
    cluster,
    nodeName,
    sessionInitFile,
    log: context.log,
  });
  const role = await startController(
    context,
    {
      engine,
      cluster,
      nodeName,
      nodeApiHost: '127.0.0.1',
      nodeApiPort: 0,
      logDir,
      stateDir,
      lockProgram: lockBySessionInit(sessionInitFile),
      concurrency,
      intervals,
    },
    signal,
  );
  return {
    nodeApiUrl: role.nodeApiUrl,
    done: role.done,
    pending: () => role.pending(),
    whenReady: (waiting) => role.whenReady(waiting),
    close: () => role.close(),
  };
});
