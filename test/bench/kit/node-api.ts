// The node API of the controller under test on loopback, with everybody known and everything allowed: what is measured is the
// protocol, not the API server's reviews.

import { randomUUID } from 'node:crypto';

import { OperatorError } from '../../../src/lib/errors.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { createNodeClient } from '../../../src/node-client/node-client.ts';
import { createNodeApi } from '../../../src/nodeapi/node-api.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { issueCertificate } from '../../../src/process/certificates.ts';
import { startWebServer } from '../../../src/process/https-server.ts';
import type { BenchController } from './bench-controller.ts';

export interface BenchNodeApi extends AsyncDisposable {
  /** Runs the command to its exit frame; rejects when it fails. */
  run(command: NodeApiCommand, signal: AbortSignal): Promise<void>;
}

export interface NodeApiCommand {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly caller: Caller;
  readonly argv: readonly string[];
}

const FRONTEND = 'frontend';
const HOST = '127.0.0.1';
const HOUR_MS = 3_600_000;
const CLOSE_MS = 1_000;

export async function openBenchNodeApi({ controller, access }: BenchController): Promise<BenchNodeApi> {
  const api = createNodeApi({
    authenticator: { authenticate: async () => ({ username: FRONTEND, uid: '', groups: [], extra: {} }) },
    authorizer: { allowed: async () => ({ allowed: true, reason: '' }) },
    containers: access,
    findTarget: (reference) => controller.findTarget(reference, AbortSignal.timeout(CLOSE_MS)),
    policy: defaultPolicy,
    frontendUsername: FRONTEND,
    onCommand: () => () => {},
    newExecId: randomUUID,
    log: silentLog,
  });
  const validity = { validForMs: HOUR_MS, nowMs: Date.now() };
  const certificate = await issueCertificate({ commonName: 'bench', hosts: [HOST], ...validity });
  const server = await startWebServer({
    name: 'node API',
    host: HOST,
    port: 0,
    certificate,
    log: silentLog,
    handle: api.handle,
  });
  const client = createNodeClient({ token: async () => 'anybody', userAgent: 'bench' });
  const endpoint = { url: server.url, caPem: certificate.ca.certPem };
  return {
    async run({ uid, caller, argv, ...session }, signal) {
      const command = { argv: [...argv], env: [], cwd: null, stdin: null, timeoutSeconds: null, maxOutputBytes: null };
      let exitCode: number | null = null;
      const onFrame: Parameters<typeof client.exec>[3] = (frame) => {
        if (frame.type === 'exit') ({ exitCode } = frame);
      };
      await client.exec(endpoint, session, { sessionUid: uid, caller, command }, onFrame, signal);
      if (exitCode !== 0) throw new OperatorError('internal', `the command ended with ${String(exitCode)}`);
    },
    async [Symbol.asyncDispose]() {
      api.close();
      await client.close();
      await server.close(CLOSE_MS);
    },
  };
}
