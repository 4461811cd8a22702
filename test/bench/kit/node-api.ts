// The node API of the controller under test on loopback, with everybody known and everything allowed: what is measured is the
// protocol, not the API server's reviews.

import { randomUUID } from 'node:crypto';

import { OperatorError } from '../../../src/lib/errors.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { execCommandSchema } from '../../../src/model/node-protocol.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { createNodeClient } from '../../../src/node-client/node-client.ts';
import type { NodeEndpoint } from '../../../src/ports/node-access.ts';
import { createNodeApi } from '../../../src/nodeapi/node-api.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { issueCertificate } from '../../../src/process/certificates.ts';
import { startWebServer } from '../../../src/process/https-server.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import type { BenchController } from './bench-controller.ts';

export interface BenchNodeApi extends AsyncDisposable {
  readonly endpoint: NodeEndpoint;
  /** Runs the command to its exit frame; rejects when it fails. */
  run(session: McpSession, command: NodeApiCommand, signal: AbortSignal): Promise<NodeApiOutcome>;
}

export interface NodeApiCommand {
  readonly argv: readonly string[];
  /** null: the policy's own cap. */
  readonly maxOutputBytes?: number;
}

export interface NodeApiOutcome {
  /** Bytes that arrived, of both streams. */
  readonly receivedBytes: number;
  /** Bytes that the command wrote to stdout. */
  readonly writtenBytes: number;
}

/** A person that the front end names; only the fakes below judge it. */
const CALLER: Caller = { username: 'bench', uid: '', groups: [], extra: {} };
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
    isSuspended: () => false,
    frontendUsername: FRONTEND,
    logs: { query: async () => Promise.reject(new OperatorError('internal', 'nobody reads logs here')) },
    onCommand: () => () => {},
    onActivity: () => () => {},
    clock: systemClock,
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
    endpoint,
    async run({ meta }, { argv, maxOutputBytes }, signal) {
      const command = execCommandSchema.parse({ argv: [...argv], maxOutputBytes: maxOutputBytes ?? null });
      const outcome = { receivedBytes: 0, writtenBytes: 0 };
      let exitCode: number | null = null;
      const onFrame: Parameters<typeof client.exec>[3] = (frame) => {
        if (frame.type === 'output') outcome.receivedBytes += Buffer.byteLength(frame.data, 'base64');
        if (frame.type === 'exit') ({ exitCode, stdoutBytes: outcome.writtenBytes } = frame);
      };
      await client.exec(endpoint, meta, { sessionUid: meta.uid, caller: CALLER, command }, onFrame, signal);
      if (exitCode !== 0) throw new OperatorError('internal', `the command ended with ${String(exitCode)}`);
      return outcome;
    },
    async [Symbol.asyncDispose]() {
      api.close();
      await client.close();
      await server.close(CLOSE_MS);
    },
  };
}
