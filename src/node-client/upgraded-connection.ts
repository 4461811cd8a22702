// One connection that leaves HTTP. By node:https: undici's upgrade keeps no answer but the 101, and the refusals are what matters.

import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { OperatorError } from '../lib/errors.ts';
import { readBounded } from '../process/read-bounded.ts';
import { requireHttps } from './connections.ts';
import { secureOver, tlsOf } from './dialled.ts';
import { faultOfResponse, faultOfTransport } from './node-faults.ts';
import type { NodeEndpoint } from '../ports/node-access.ts';
import type { NodeDial } from '../ports/node-dial.ts';

const ANSWER_MS = 30_000;
const MAX_FAULT_BYTES = 64 * 1024;
/** A peer that vanished without a word is noticed by the kernel. */
const KEEP_ALIVE_MS = 30_000;

export interface UpgradeRequest {
  readonly endpoint: NodeEndpoint;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: string;
  /** null: by the endpoint's name. */
  readonly dial: NodeDial | null;
}

/** The connection after the 101. Rejects with the fault that the other side answered. Aborting `signal` later does nothing. */
export async function openUpgraded(upgrade: UpgradeRequest, signal: AbortSignal): Promise<Duplex> {
  const { endpoint } = upgrade;
  const dialled = await dialSecurely(upgrade, signal).catch((thrown: unknown) => {
    throw faultOfTransport(thrown, endpoint.url, signal);
  });
  const byName = { ...tlsOf(endpoint), agent: false } as const;
  return exchange(upgrade, dialled === null ? byName : { createConnection: () => dialled }, signal);
}

/** null: it is to be connected by its name. */
async function dialSecurely({ endpoint, dial }: UpgradeRequest, signal: AbortSignal): Promise<Duplex | null> {
  const url = requireHttps(endpoint);
  const below = dial === null ? null : await dial(url, signal);
  if (below === null) return null;
  const onAbort = (): void => void below.destroy(new OperatorError('cancelled', 'the stream was not opened'));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await secureOver(below, { endpoint, hostname: url.hostname, timeoutMs: ANSWER_MS });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function exchange(upgrade: UpgradeRequest, connect: RequestOptions, signal: AbortSignal): Promise<Duplex> {
  const { endpoint, path, protocol } = upgrade;
  return new Promise<Duplex>((resolve, reject) => {
    const request = httpsRequest(new URL(path, requireHttps(endpoint)), {
      ...connect,
      method: 'POST',
      headers: { ...upgrade.headers, connection: 'Upgrade', upgrade: protocol },
    });
    const onAbort = (): void => void request.destroy(new OperatorError('cancelled', 'the stream was not opened'));
    const timer = setTimeout(
      () => request.destroy(new OperatorError('timeout', `the node API did not answer within ${ANSWER_MS} ms`)),
      ANSWER_MS,
    );
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('error', (thrown) => {
      settle();
      reject(faultOfTransport(thrown, endpoint.url, signal));
    });
    request.once('response', (response) => {
      refusalOf(response)
        .then(reject, reject)
        .finally(() => {
          settle();
          request.destroy();
        });
    });
    request.once('upgrade', (response, socket, head) => {
      settle();
      if (response.headers.upgrade === protocol) return resolve(prepared(socket, head));
      socket.destroy();
      reject(new OperatorError('internal', 'the node API went on in another protocol'));
    });
    if (signal.aborted) onAbort();
    request.end();
  });
}

function prepared(socket: Socket | Duplex, head: Buffer): Duplex {
  const plain = socket as Socket; // of a TLS connection it is a tls.TLSSocket, which is one
  plain.allowHalfOpen = true;
  plain.setNoDelay(true);
  plain.setKeepAlive(true, KEEP_ALIVE_MS);
  plain.on('error', () => {}); // 'close' follows; who reads learns of it
  if (head.byteLength > 0) plain.unshift(head);
  return plain;
}

async function refusalOf(response: IncomingMessage): Promise<OperatorError> {
  const body = await readBounded(response as AsyncIterable<Uint8Array>, MAX_FAULT_BYTES);
  return faultOfResponse({
    status: response.statusCode ?? 0,
    body: body.toString('utf8'),
    retryAfter: response.headers['retry-after'] ?? null,
  });
}
